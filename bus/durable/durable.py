"""What all durable engines share: an emit goes to a broker, each handler consumes from there at its own pace.

Records, causes, attempts, dead letters and the end of a run are the same for every broker; a broker's file knows its
client alone. The calls of one handler run one after another, in the order in which they were delivered; those of one
with workers run as many at once as it has.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from contextvars import Context, copy_context
from functools import partial
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
    Delivered,
    Delivery,
    Died,
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
from bus.contract.headers import CAUSE, attributes_of, cause_of, dispatch_of
from bus.contract.protocol import PLAIN, ConsumerDied, ConsumerOptions, Engine, EngineContext, Function
from bus.contract.spec import EngineSpec
from bus.durable.company import Company
from bus.durable.consuming import Consumer
from bus.durable.delivery_records import DeliveryRecords
from bus.durable.outbox import Outbox, Sent
from bus.durable.trouble import Trouble
from bus.durable.whereabouts import Whereabouts
from bus.errors import UserError
from bus.runtime.unwinding import cancelled
from buslens.context import CALL, current_call
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome
from buslens.watching.naming import describe


class DurableEngine(Engine):
    """Carries events over a broker. Lives on the engine's loop; only `emit` and `news` may be called elsewhere."""

    spec: ClassVar[EngineSpec]

    def __init__(self) -> None:
        self._broker: Broker | None = None
        self._consumers: dict[str, Consumer] = {}
        self._origins: dict[int, tuple[Context, int]] = {}
        """Of dispatches: where they were emitted, and by how many consumers they have not been handled."""

        self._outbox = Outbox()
        self._asked = 0
        """What the broker has not answered."""

        self._counting = threading.Lock()
        self._trouble = Trouble(self.spec.id)
        self._untaken = 0
        """News of the broker that the engine's loop has not come to."""
        self._calls: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._broken = ""
        self._hold: ExitStack | None = None
        self._whereabouts = Whereabouts(self._hearers, self._expect)
        self._company: Company | None = None
        """Where others can join the run."""

    def make_broker(self) -> Broker:
        """A new one, not open."""
        raise NotImplementedError

    async def open(self, context: EngineContext) -> None:
        """Connect."""
        self._loop, self._clock, self._run = context.loop, context.clock, context.run
        self._recorder: Recorder = context.recorder
        self._records = DeliveryRecords(context.recorder, context.run, context.recorder.bus(self.spec.id))
        self._before_dispatch = context.before_dispatch
        self._dies = context.dies
        self._give_up = context.give_up
        self._home = threading.get_ident()
        broker = self.make_broker()
        with self._clock.held():
            if context.peer is not None and self.spec.can_be_joined:
                self._company = Company(context.peer, cast("JoinableBroker", broker), self._loop, self._whereabouts)
                await self._company.open(self._run, self.news)
                broker = self._company.as_broker
            else:
                await broker.open(self._run, self.news)
        self._broker = broker

    @property
    def broker(self) -> Broker:
        """What carries the events."""
        if self._broker is None:
            raise RuntimeError("the engine is not open")
        return self._broker

    # Subscriptions

    def subscribe(self, event: str, function: Function, *, once: bool, consumption: ConsumerOptions = PLAIN) -> None:
        """A consumer for each handler: two events of one handler share it."""
        name, bus = describe(function), self._records.bus
        text, number = name.text, 1
        while event in (known := self._consumers.setdefault(text, Consumer(text, self._recorder, bus))).functions:
            if known.functions[event].function is function:
                return
            number += 1
            text = f"{name.text}#{number}"
        known.consumption = consumption
        self._whereabouts.unheard(text, event)  # what is left of when it heard it before
        known.add(event, function, name, once=once)
        self._ask()
        self.broker.bind(known.name, event, consumption.prefetch)

    def unsubscribe(self, event: str, function: Function) -> None:
        """What waits for it stays with the broker; a call that runs goes on."""
        for consumer in self._consumers.values():
            heard = consumer.functions.get(event)
            if heard is not None and heard.function is function:
                self._unbind(consumer, event)
                return

    def _unbind(self, consumer: Consumer, event: str) -> None:
        self.broker.unbind(consumer.name, event)
        self._whereabouts.unheard(consumer.name, event)
        for delivery in consumer.remove(event):
            self._let_go(delivery)

    # Emitting

    def emit(self, event: str, *payload: Any) -> None:
        """Hand it to the broker; what became of it is recorded when the broker says so."""
        self._before_dispatch(event)
        consumers = self._hearers(event)
        dispatch = self._records.emitted(event, payload, len(consumers))
        headers = attributes_of(self._run, dispatch, event, self._clock.time_ns())
        message = Message(dispatch, event, headers, bodies.written(payload))
        self._outbox.put(dispatch, Sent(event, consumers, current_call()))
        if consumers:
            self._origins[dispatch] = copy_context(), len(consumers)
        self._ask()
        if threading.get_ident() == self._home:
            self._publish(message)
        else:
            self._loop.call_soon_threadsafe(self._publish, message)

    def _hearers(self, event: str) -> list[str]:
        return [each.name for each in list(self._consumers.values()) if event in each.functions]

    def _expect(self, consumer: str, event: str, change: int) -> None:
        if consumer in self._consumers:  # another member's may have one that we have not
            self._consumers[consumer].expect(event, change)

    def _publish(self, message: Message) -> None:
        self._whereabouts.emitted(message.dispatch, message.event, self._outbox.of(message.dispatch).consumers)
        self._look_at_clock()
        self.broker.publish(message)

    # What the broker says

    def news(self, news: Sequence[News]) -> None:
        """From any thread."""
        with self._counting:
            self._trouble.moved()
            self._untaken += 1
        with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
            self._loop.call_soon_threadsafe(self._take, news)

    def _take(self, news: Sequence[News]) -> None:
        with self._counting:
            self._untaken -= 1
        for one in news:
            match one:
                case Confirmed(message, place):
                    self._confirmed(message, place)
                case Refused(message, reason):
                    self._refused(message, reason)
                case Bound(name, event, backlog):
                    self._answered()
                    if self._consumers[name].bound(event):
                        self._whereabouts.waits(name, event, backlog)
                case Delivered(delivery):
                    self._delivered(delivery)
                case Settled():
                    self._answered()
                case Died(name):
                    self._answered()
                    self._consumers[name].is_dying = False
                case ConnectionLost(reason):
                    self._interrupted(reason)
                case StillUnreachable(reason, again_s):
                    self._trouble.gone(reason, again_s)
                case ConnectionRestored(waiting):
                    self._resumed(waiting)
                case BacklogCounted(waiting):
                    self._counted(waiting)
                case Noticed(text):
                    self._recorder.mark(text, 0)
                case Revoked(name, deliveries):
                    self._withdrawn(self._consumers[name], deliveries)
                case PeerWrote(written):
                    self._peer_wrote(written)
                case BrokerFailed(reason):
                    self._broken = reason
                    self._give_up(reason)
        for consumer in self._consumers.values():
            self._serve(consumer)
        self._look_at_clock()
        self._over.set()

    def _confirmed(self, message: Message, place: str) -> None:
        self._answered()
        self._records.confirmed(message, place, self._outbox.of(message.dispatch).consumers)
        self._outbox.answered(message.dispatch)

    def _refused(self, message: Message, reason: str) -> None:
        self._answered()
        self._whereabouts.refused(message.dispatch, message.event, self._outbox.of(message.dispatch).consumers)
        self._origins.pop(message.dispatch, None)
        self._records.discarded(message, reason)
        self._outbox.answered(message.dispatch)

    def _interrupted(self, reason: str) -> None:
        """Until it is over something is asked of the broker: the run cannot end meanwhile."""
        self._ask()
        self._trouble.gone("the connection was lost")
        self._recorder.mark(reason, 0)
        for consumer in self._consumers.values():
            for delivery in (waiting := consumer.interrupted()):
                self._give_back(delivery)
            for delivery in (*waiting, *consumer.running, *consumer.owed):
                self._coming_again(consumer, delivery)
                delivery.is_back = True

    def _resumed(self, waiting: Sequence[tuple[str, str, int]] | None) -> None:
        self._answered()
        self._trouble.back()
        self._recorder.mark(f"{self.spec.id} can be reached again", 0)
        if waiting is not None and not (self._company is not None and self._company.is_shared):
            self._whereabouts.counted([*waiting, *self._outbox.unconfirmed()])

    def _counted(self, waiting: Sequence[tuple[str, str, int]]) -> None:
        if self._company is not None and not self._own() and not any(count for _, _, count in waiting):
            # Others have settled all of it, whatever we have been told.
            self._whereabouts.counted(())
            self._company.nothing_is_left()

    def look(self, *, is_news: bool) -> None:
        """On the thread that reads the records."""
        if is_news:
            self.news([PeerWrote(b"")])  # what it means for deliveries stands in the peer's steps
        if self._company is not None:
            self._company.look(is_waiting=not self._own() and self.in_flight() > 0)

    def _own(self) -> int:
        """What is with us, or on our way to the broker."""
        return self._asked + sum(consumer.held() for consumer in list(self._consumers.values()))

    def _delivered(self, delivery: Delivery) -> None:
        consumer = self._consumers[delivery.consumer]
        if consumer.is_dying:
            return  # it was meant for the one that died, and will be delivered again
        dispatch = dispatch_of(delivery.attributes, self._run)
        if self._company is not None and self._company.is_early(delivery, dispatch):
            return
        delivery.awaited = self._whereabouts.taken(dispatch, delivery.consumer, delivery.event)
        if delivery.event not in consumer.functions:
            delivery.dispatch = dispatch
            self._let_go(delivery)
            return
        self._records.delivered(delivery)
        if consumer.passes_over(delivery):
            self._records.passed_over(delivery, consumer.functions[delivery.event].handler)
            self._acknowledge(delivery)
            return
        consumer.line_up(delivery)

    def _withdrawn(self, consumer: Consumer, deliveries: Sequence[Delivery]) -> None:
        consumer.retries = ""
        for delivery in deliveries:
            if delivery in consumer.waiting:
                consumer.waiting.remove(delivery)
                self._coming_again(consumer, delivery)

    def _let_go(self, delivery: Delivery) -> None:
        """Nobody hears its event here any more."""
        self._whereabouts.settled(delivery.dispatch, delivery.consumer, delivery.event)
        self._give_back(delivery)

    def _give_back(self, delivery: Delivery) -> None:
        """Its call has not begun, and will not here."""
        self._ask()
        self.broker.release(delivery)

    def _coming_again(self, consumer: Consumer, delivery: Delivery) -> None:
        if not delivery.is_back:
            self._whereabouts.again(delivery.dispatch, consumer.name, delivery.event, delivery.awaited)

    def _peer_wrote(self, message: bytes) -> None:
        if self._company is not None:
            for delivery in self._company.wrote(message):
                self._delivered(delivery)

    # Handling

    def _serve(self, consumer: Consumer) -> None:
        """Begin the next calls of this handler, where one may."""
        while consumer.is_free and consumer.waiting and not self._broken:
            delivery = consumer.waiting.popleft()
            heard = consumer.functions.get(delivery.event)
            if heard is None:
                self._let_go(delivery)
                continue
            if self._dies(Boundary.RECEIVED, consumer.name):
                self._coming_again(consumer, delivery)
                self._die(consumer, delivery)
                return
            consumer.running.append(delivery)
            if heard.once:
                self._unbind(consumer, delivery.event)
            origin = self._origins.get(delivery.dispatch)
            context = origin[0].copy() if origin else Context()
            call = self._call(consumer, delivery, heard.function, heard.handler, heard.is_async)
            task = self._loop.create_task(call, context=context)
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    async def _call(
        self, consumer: Consumer, delivery: Delivery, function: Function, handler: int, is_async: bool
    ) -> None:
        recorder = self._recorder
        CALL.set(delivery.call)
        CAUSE.set(cause_of(delivery.attributes))
        flags = int(Flag.ASYNC) if is_async else 0
        recorder.call_started(delivery.call, delivery.dispatch, handler, recorder.here(), delivery.attempt, flags)
        if consumer.consumption.ack_first:
            self._acknowledge(delivery)
        try:
            result = function(*bodies.read(delivery.body))
            if is_async:
                await result
        except asyncio.CancelledError:
            recorder.call_ended(delivery.call, Outcome.CANCELLED)
            raise
        except Exception as error:
            recorder.call_ended(delivery.call, Outcome.FAILED, error)
            self._failed(consumer, delivery, error)
        else:
            recorder.call_ended(delivery.call, Outcome.OK)
            self._handled(consumer, delivery)
        consumer.running.remove(delivery)
        self._serve(consumer)
        self._look_at_clock()
        self._over.set()

    def _handled(self, consumer: Consumer, delivery: Delivery) -> None:
        if not consumer.consumption.ack_first:
            if self._dies(Boundary.HANDLED, consumer.name):
                self._coming_again(consumer, delivery)
                self._die(consumer, delivery)
                return
            consumer.owed.append(delivery)
            self._outbox.after(delivery.call, partial(self._all_sent, consumer, delivery))
        elif self._dies(Boundary.ACKNOWLEDGED, consumer.name):
            self._die(consumer, delivery)

    def _all_sent(self, consumer: Consumer, delivery: Delivery) -> None:
        """What a call that went well has emitted is with the broker."""
        consumer.owed.remove(delivery)
        self._acknowledge(delivery)
        if self._dies(Boundary.ACKNOWLEDGED, consumer.name):
            self._die(consumer, delivery)

    def _acknowledge(self, delivery: Delivery) -> None:
        self._records.of(Kind.ACKNOWLEDGED, delivery)
        self._forget(delivery)
        self._ask()
        self.broker.acknowledge(delivery)

    def _failed(self, consumer: Consumer, delivery: Delivery, error: Exception) -> None:
        if consumer.consumption.ack_first:
            if isinstance(error, ConsumerDied):
                self._die(consumer, delivery)
            return
        self._records.of(Kind.REJECTED, delivery)
        if delivery.attempt >= consumer.consumption.attempts or isinstance(error, bodies.UnreadableBodyError):
            reason = f"{type(error).__name__}: {error}"[:1000]
            self._records.of(Kind.DEAD_LETTERED, delivery, note=reason)
            self._forget(delivery)
            self._ask()
            self.broker.dead_letter(delivery, reason)
        elif isinstance(error, ConsumerDied):
            self._coming_again(consumer, delivery)
            self._die(consumer, delivery)
        else:
            self._coming_again(consumer, delivery)
            # Its event may be heard no longer: then it stays with the broker.
            in_order = self.broker.keeps_order and consumer.consumption.at_once == 1
            if in_order and delivery.event in consumer.functions:
                consumer.retries = delivery.event
            self._ask()
            self.broker.retry(delivery)

    def _die(self, consumer: Consumer, delivery: Delivery) -> None:
        for each in consumer.waiting:
            self._coming_again(consumer, each)
        consumer.waiting.clear()
        consumer.is_dying = True
        self._ask()
        self.broker.die(delivery)

    def _forget(self, delivery: Delivery) -> None:
        """This consumer is done with it."""
        self._whereabouts.settled(delivery.dispatch, delivery.consumer, delivery.event)
        context, left = self._origins.pop(delivery.dispatch, (None, 0))
        if context is not None and left > 1:
            self._origins[delivery.dispatch] = context, left - 1

    # The run

    def in_flight(self) -> int:
        """Events on their way, and calls that have not ended; one more where the broker is gone, so that it is told."""
        own = self._asked + sum(consumer.in_flight() for consumer in list(self._consumers.values()))
        return bool(self._broken) + own + (self._company.in_flight() if self._company is not None else 0)

    async def settle(self) -> None:
        """Wait until something of it is over. Raises UserError where the broker is gone for good."""
        if self._broken:
            raise UserError(self._broken)
        self._over.clear()
        await self._over.wait()

    def trouble(self) -> str:
        """That the broker is gone, or owes an answer for longer than it should."""
        return self._trouble.text(owes=self._asked > 0 and not self._untaken)

    def waits_for(self) -> str:
        """What a run that others have joined waits for; empty while there is something to do here."""
        return self._company.waits_for(self._consumers) if self._company is not None and not self._own() else ""

    def scheduled(self, most: int) -> list[str]:
        """Calls that wait for an earlier one of their handler."""
        return [each.name for each in list(self._consumers.values()) for _ in list(each.waiting)][:most]

    async def close(self) -> None:
        """Cancel what runs, then let the broker remove what this run made."""
        await cancelled(self._calls)
        if self._company is not None and self._broker is not None:
            self._company.close()
        if self._broker is not None:
            await self._broker.close(clean=True)
        if self._hold is not None:
            self._hold.close()

    # Inside

    def _ask(self) -> None:
        with self._counting:
            if not self._asked:
                self._trouble.moved()
            self._asked += 1

    def _answered(self) -> None:
        with self._counting:
            self._asked -= 1

    def _look_at_clock(self) -> None:
        """At full speed no time passes while the broker works: what it takes is real, and not the scenario's."""
        busy = bool(self._asked) or any(consumer.is_expecting() for consumer in self._consumers.values())
        if busy and self._hold is None:
            self._hold = ExitStack()
            self._hold.enter_context(self._clock.held())
        elif not busy and self._hold is not None:
            self._hold.close()
            self._hold = None
