"""What all durable engines share: an emit goes to a broker, each handler consumes from there at its own pace.

Records, causes, attempts, dead letters and the end of a run are the same for every broker; a broker's file knows its
client alone. The calls of one handler run one after another, in the order in which they were delivered; those of one
with workers run as many at once as it has.

Where each event is, and what follows from what happens to it, `InFlight` knows; here it is recorded, asked of the
broker, and handlers are called.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, ClassVar, cast

from bus.contract import bodies
from bus.contract.boundaries import Boundary
from bus.contract.delivery import (
    BacklogCounted,
    Bound,
    Broker,
    BrokerFailed,
    Confirmed,
    ConnectionLost,
    ConnectionRestored,
    CutOff,
    Delivered,
    Delivery,
    Died,
    DisturbableBroker,
    JoinableBroker,
    Message,
    News,
    Noticed,
    PeerWrote,
    Refused,
    Revoked,
    Settled,
    StillUnreachable,
)
from bus.contract.headers import attributes_of, dispatch_of
from bus.contract.holding import Redelivery
from bus.contract.protocol import PLAIN, ConsumerDied, ConsumerOptions, Engine, EngineContext, Function
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble
from bus.durable.calls import RunningCalls
from bus.durable.consuming import Consumer, Heard, hearers
from bus.durable.delivery_records import DeliveryRecords
from bus.durable.emits import PendingEmit
from bus.durable.in_flight import InFlight
from bus.durable.inbox import Inbox
from bus.durable.parking import Parking
from bus.durable.peers import Peers
from bus.durable.requests import Requests
from bus.errors import UserError
from buslens.context import current_call
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.watching.naming import describe

MOST_ROUNDS = 64
"""Calls of one handler in one turn of the loop: emits and what waits for a time have theirs in between."""


SIMULATED_RUN = "buslens-simulated"
"""What the events of a simulated run have in the place of its name: that is another one each time."""


class DurableEngine(Engine):
    """Carries events over a broker. Lives on the engine's loop.

    `emit`, `news` and what only asks may be called on any thread; `look` is called by whoever reads the records.
    """

    spec: ClassVar[EngineSpec]
    has_own_time: ClassVar[bool] = True
    """Whether its broker works in real time: at full speed the run's clock stands still meanwhile."""

    def __init__(self) -> None:
        self._broker: Broker | None = None
        self._in_flight = InFlight()
        self._requests = Requests(self.spec.id)
        self._is_serving = False
        self._over = asyncio.Event()
        self._broken = ""
        self._hold: ExitStack | None = None
        """While the broker works: what stops the run's clock."""

        self._peers: Peers | None = None
        """None where nobody can join the run."""

    def make_broker(self) -> Broker:
        """A new one, not open."""
        raise NotImplementedError

    async def open(self, context: EngineContext) -> None:
        """Connect."""
        self._loop, self._clock = context.loop, context.clock
        self._recorder: Recorder = context.recorder
        self._is_simulated = self._recorder.header.is_simulated
        self._run = SIMULATED_RUN if self._is_simulated else context.run
        self._inbox: Inbox[Sequence[News]] = Inbox(self._loop, self._take, self._serve)
        self._records = DeliveryRecords(self._recorder, self._run, self._recorder.bus(self.spec.id))
        self._calls = RunningCalls(self._loop, self._recorder, self._call_begun, self._call_ended)
        self._parking = Parking(
            context.holding, self._recorder, serve=self._serve, acknowledge=self._acknowledge
        )  # fmt: skip
        self._before_dispatch = context.before_dispatch
        self._dies = context.dies
        self._give_up = context.give_up
        self._home = threading.get_ident()
        broker = self.make_broker()
        with self._clock.held():
            if context.peer is not None and self.spec.can_be_joined:
                self._peers = Peers(context.peer, cast("JoinableBroker", broker), self._loop, self._in_flight)
                await self._peers.open(context.run, self.news)
                broker = self._peers.as_broker
            else:
                await broker.open(context.run, self.news)
        self._broker = broker

    @property
    def broker(self) -> Broker:
        """What carries the events."""
        if self._broker is None:
            raise RuntimeError("the engine is not open")
        return self._broker

    @property
    def bus(self) -> int:
        """Interned id of the broker's connection."""
        return self._records.bus

    # Subscriptions

    def subscribe(self, event: str, function: Function, *, once: bool, consumption: ConsumerOptions = PLAIN) -> None:
        """A consumer for each handler: two events of one handler share it."""
        consumers, name = self._in_flight.consumers, describe(function)
        text, number = name.text, 1
        while text in consumers and (known := consumers[text].hears.get(event)) is not None:
            if known.function is function:
                return
            number += 1
            text = f"{name.text}#{number}"
        consumer = consumers.setdefault(text, Consumer(text))
        consumer.consumption = consumption
        handler = self._records.subscribed(event, name, once=once)
        first = self._recorder.next_id() if consumption.from_now else 0
        self._in_flight.hears(consumer, event, Heard(function, handler, name.is_async, once, first))
        self._requests.asked()
        self.broker.bind(text, event, consumption.prefetch)

    def unsubscribe(self, event: str, function: Function) -> None:
        """What waits for it stays with the broker; a call that runs goes on."""
        for consumer in self._in_flight.consumers.values():
            heard = consumer.hears.get(event)
            if heard is not None and heard.function is function:
                self._unbind(consumer, event)
                return

    def _unbind(self, consumer: Consumer, event: str) -> None:
        self.broker.unbind(consumer.name, event)
        heard = consumer.hears[event]
        left = self._in_flight.unhears(consumer, event)
        self._parking.look()
        self._records.unsubscribed(event, heard.handler, once=heard.once)
        self._give_back(left)

    # Emitting

    def emit(self, event: str, *payload: Any) -> None:
        """Hand it to the broker; what became of it is recorded when the broker says so."""
        self._before_dispatch(event)
        consumers = hearers(self._in_flight.consumers, event)
        dispatch = self._records.emitted(event, payload, len(consumers))
        headers = attributes_of(self._run, dispatch, event, self._clock.time_ns())
        message = Message(dispatch, event, headers, bodies.written(payload))
        self._in_flight.emits.put(dispatch, PendingEmit(event, consumers, current_call()))
        self._calls.keep_context(dispatch, len(consumers))
        self._requests.asked()
        if threading.get_ident() == self._home:
            self._publish(message)
        else:
            self._loop.call_soon_threadsafe(self._publish, message)

    def _publish(self, message: Message) -> None:
        self._in_flight.published(message.dispatch)
        self._look_at_clock()
        self.broker.publish(message)

    def call_again(self, wanted: Redelivery, announce: Callable[[int, int], None]) -> bool:
        """A copy of the delivery, of which no broker knows, takes its place in the handler's line."""
        consumer = self._in_flight.consumers.get(wanted.handler)
        heard = consumer.hears.get(wanted.event) if consumer is not None else None
        if consumer is None or heard is None:
            return False
        headers = attributes_of(self._run, wanted.dispatch, wanted.event, self._clock.time_ns())
        copied = Delivery(consumer.name, wanted.event, headers, bodies.written(wanted.carried), wanted.attempt, "")
        copied.dispatch, copied.call, copied.is_copy = wanted.dispatch, self._recorder.next_id(), True
        announce(heard.handler, copied.call)
        consumer.line_up(copied)
        self._serve()
        return True

    # What the broker says

    def news(self, news: Sequence[News]) -> None:
        """From any thread."""
        self._requests.news_came()
        self._inbox.put(news)

    def _take(self, news: Sequence[News]) -> None:
        self._requests.news_read()
        consumers = self._in_flight.consumers
        for one in news:
            match one:
                case Confirmed(message, place):
                    self._confirmed(message, place)
                case Refused(message, reason):
                    self._refused(message, reason)
                case Bound(name, event, backlog):
                    self._requests.answered()
                    self._in_flight.bound(consumers[name], event, backlog)
                case Delivered(delivery):
                    self._delivered(delivery)
                case Settled():
                    self._requests.answered()
                case Died(name):
                    self._requests.answered()
                    consumers[name].is_dying = False
                case ConnectionLost(reason):
                    self._connection_lost(reason)
                case CutOff():
                    self._requests.cut_off()
                case StillUnreachable(reason, again_s):
                    self._requests.gone(reason, again_s)
                case ConnectionRestored(waiting):
                    self._connection_restored(waiting)
                case BacklogCounted(waiting):
                    self._counted(waiting)
                case Noticed(text):
                    self._recorder.mark(text, 0)
                case Revoked(name, deliveries):
                    self._in_flight.revoked(consumers[name], deliveries)
                    self._parking.look()
                case PeerWrote(written):
                    self._peer_wrote(written)
                case BrokerFailed(reason):
                    self._broken = reason
                    self._give_up(reason)

    def _confirmed(self, message: Message, place: str) -> None:
        self._requests.answered()
        consumers, ready = self._in_flight.confirmed(message.dispatch)
        self._records.confirmed(message, place, consumers)
        if ready is not None:
            self._done(ready)

    def _refused(self, message: Message, reason: str) -> None:
        self._requests.answered()
        _, ready = self._in_flight.refused(message.dispatch)
        self._calls.forget(message.dispatch)
        self._records.discarded(message, reason)
        if ready is not None:
            self._done(ready)

    def _delivered(self, delivery: Delivery) -> None:
        if not self._in_flight.delivered(delivery, dispatch_of(delivery.attributes, self._run)):
            return
        consumer = self._in_flight.consumers[delivery.consumer]
        heard = consumer.hears.get(delivery.event)
        if heard is None:  # no longer
            self._in_flight.settled(delivery)
            self._give_back([delivery])
            return
        self._records.delivered(delivery)
        if consumer.passes_over(delivery):
            self._records.passed_over(delivery, heard.handler)
            self._acknowledge(delivery)
            return
        consumer.line_up(delivery)

    def _connection_lost(self, reason: str) -> None:
        """Until it is over something is asked of the broker: the run cannot end meanwhile."""
        self._requests.asked()
        self._requests.gone("the connection was lost")
        self._recorder.mark(reason, 0)
        self._give_back(self._in_flight.connection_lost())
        self._parking.look()

    def _connection_restored(self, waiting: Sequence[tuple[str, str, int]] | None) -> None:
        self._requests.answered()
        self._requests.back()
        self._recorder.mark(f"{self.spec.id} can be reached again", 0)
        if waiting is not None and not (self._peers is not None and self._peers.is_shared):
            self._in_flight.connection_restored(waiting)

    def _counted(self, waiting: Sequence[tuple[str, str, int]]) -> None:
        if self._peers is not None and not self._own() and not any(count for _, _, count in waiting):
            self._in_flight.nothing_is_left()

    def _peer_wrote(self, message: bytes) -> None:
        if self._peers is not None:
            for delivery in self._peers.wrote(message):
                self._delivered(delivery)

    # Handling

    def _serve(self) -> None:
        """Begin calls where they may begin, one of each handler in turn; most end at once."""
        if self._is_serving:
            return  # it was a call that began there, and has ended
        self._is_serving = True
        try:
            for _ in range(MOST_ROUNDS):
                began = [self._begin_next(each) for each in list(self._in_flight.consumers.values())]
                if not any(began):
                    break
            else:
                self._loop.call_soon(self._serve)
        finally:
            self._is_serving = False
        self._look_at_clock()
        self._over.set()

    def _begin_next(self, consumer: Consumer) -> bool:
        """Whether there was a call to begin."""
        delivery = None if self._broken else consumer.begin()
        if delivery is None:
            return False
        if self._parking.takes(consumer, delivery):
            return True
        if not delivery.is_copy and self._dies(Boundary.RECEIVED, consumer.name):
            self._die(delivery)
            consumer.ended(delivery)
            return False
        heard = consumer.hears[delivery.event]
        if heard.once:
            self._unbind(consumer, delivery.event)
        self._calls.begin(delivery, heard, consumer.consumption)
        return True

    def _call_begun(self, delivery: Delivery) -> None:
        if self._consumption_of(delivery).ack_first and not delivery.is_copy:
            self._acknowledge(delivery)

    def _call_ended(self, delivery: Delivery, error: Exception | None) -> None:
        if delivery.is_copy:
            pass  # no broker waits for what became of it
        elif error is None:
            self._went_well(delivery)
        else:
            self._failed(delivery, error)
        self._in_flight.consumers[delivery.consumer].ended(delivery)
        self._serve()

    def _went_well(self, delivery: Delivery) -> None:
        if self._consumption_of(delivery).ack_first:
            if self._dies(Boundary.ACKNOWLEDGED, delivery.consumer):
                self._die(delivery)
        elif self._dies(Boundary.HANDLED, delivery.consumer):
            self._die(delivery)
        elif self._in_flight.went_well(delivery):
            self._done(delivery)

    def _done(self, delivery: Delivery) -> None:
        """Its call went well, and what that has emitted is with the broker."""
        self._acknowledge(delivery)
        if self._dies(Boundary.ACKNOWLEDGED, delivery.consumer):
            self._die(delivery)

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        consumption = self._consumption_of(delivery)
        if consumption.ack_first:
            if isinstance(error, ConsumerDied):
                self._die(delivery)
            return
        self._records.of(Kind.REJECTED, delivery)
        if consumption.gives_up(delivery.attempt, error):
            reason = f"{type(error).__name__}: {error}"[:1000]
            self._records.of(Kind.DEAD_LETTERED, delivery, note=reason)
            self._settled(delivery)
            self._requests.asked()
            self.broker.dead_letter(delivery, reason)
        elif isinstance(error, ConsumerDied):
            self._die(delivery)
        else:
            self._in_flight.retried(delivery, in_order=self.broker.keeps_order)
            self._requests.asked()
            self.broker.retry(delivery)

    def _acknowledge(self, delivery: Delivery) -> None:
        self._records.of(Kind.ACKNOWLEDGED, delivery)
        self._settled(delivery)
        self._requests.asked()
        self.broker.acknowledge(delivery)

    def _settled(self, delivery: Delivery) -> None:
        self._in_flight.settled(delivery)
        self._calls.done_with(delivery.dispatch)

    def _give_back(self, deliveries: Sequence[Delivery]) -> None:
        """Their calls have not begun, and will not here."""
        for delivery in deliveries:
            self._requests.asked()
            self.broker.release(delivery)

    def _die(self, delivery: Delivery) -> None:
        if delivery.event not in self._in_flight.consumers[delivery.consumer].hears:
            # Its whole service is gone: no consumer is left that the broker would have to hear of.
            self._in_flight.settled(delivery)
            self._give_back([delivery])
            return
        self._in_flight.died(delivery)
        self._parking.look()
        self._requests.asked()
        self.broker.die(delivery)

    def _consumption_of(self, delivery: Delivery) -> ConsumerOptions:
        return self._in_flight.consumers[delivery.consumer].consumption

    # The run

    def in_flight(self) -> int:
        """Events on their way, and calls that have not ended; one more where the broker is gone, so that it is told."""
        return bool(self._broken) + self._requests.open + self._in_flight.count()

    def _own(self) -> int:
        """What is with us, or on our way to the broker."""
        return self._requests.open + self._in_flight.held()

    async def settle(self) -> None:
        """Wait until something of it is over. Raises UserError where the broker is gone for good."""
        if self._broken:
            raise UserError(self._broken)
        self._over.clear()
        await self._over.wait()

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> bool:
        """As it can happen to the broker, or to the way to it."""
        if trouble not in self.spec.troubles:
            return False
        if self.has_own_time and trouble is BrokerTrouble.UNREACHABLE:
            self._requests.cut() if begins else self._requests.mended()
        cast("DisturbableBroker", self.broker).disturb(trouble, begins=begins)
        self._look_at_clock()
        return True

    def look(self, *, is_news: bool) -> None:
        """On the thread that reads the records: the session's."""
        if is_news:
            self.news([PeerWrote(b"")])  # what it means for deliveries stands in the peer's steps
        if self._peers is not None:
            self._peers.look(is_waiting=not self._own() and self.in_flight() > 0)

    def trouble(self) -> str:
        """That the broker is gone, or owes an answer for longer than it should."""
        return self._requests.trouble()

    def waits_for(self) -> str:
        """What a run that others have joined waits for; empty while there is something to do here."""
        return self._peers.waits_for() if self._peers is not None and not self._own() else ""

    def scheduled(self, most: int) -> list[str]:
        """Calls that wait for an earlier one of their handler."""
        return [each.name for each in list(self._in_flight.consumers.values()) for _ in list(each.waiting)][:most]

    async def close(self) -> None:
        """Cancel what runs, then let the broker remove what this run made."""
        if self._broker is not None:
            await self._calls.cancel()
            if self._peers is not None:
                self._peers.close()
            await self._broker.close(clean=True)
        if self._hold is not None:
            self._hold.close()

    def _look_at_clock(self) -> None:
        """At full speed no time passes while the broker works: what it takes is real, and not the scenario's.

        While a fault of the scenario cuts us off it does not work.
        """
        is_working = bool(self._requests.open) or self._in_flight.is_expecting()
        busy = self.has_own_time and is_working and not self._requests.is_cut_off
        if busy and self._hold is None:
            self._hold = ExitStack()
            self._hold.enter_context(self._clock.held())
        elif not busy and self._hold is not None:
            self._hold.close()
            self._hold = None
