"""What all durable engines share: an emit goes to a broker, each handler consumes from there at its own pace.

Records, causes, attempts, dead letters and the end of a run are the same for every broker; a broker's file knows its
client alone. The calls of one handler run one after another, in the order in which they were delivered.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from contextvars import Context, copy_context
from typing import Any, ClassVar

from bus.engines import bodies
from bus.engines.boundaries import Boundary
from bus.engines.consuming import Consumer
from bus.engines.delivery import (
    Bound,
    Broken,
    Broker,
    Confirmed,
    Delivered,
    Delivery,
    Died,
    Interrupted,
    Message,
    News,
    Refused,
    Resumed,
    Settled,
)
from bus.engines.delivery_records import DeliveryRecords
from bus.engines.headers import CAUSE, attributes_of, cause_of
from bus.engines.protocol import PLAIN, ConsumerDied, Consumption, Function, Surroundings
from bus.errors import UserError
from buslens.adapters.naming import describe
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome

_TURNS_TO_UNWIND = 100


class DurableEngine:
    """Carries events over a broker. Lives on the engine's loop; only `emit` and `news` may be called elsewhere."""

    id: ClassVar[str]
    title: ClassVar[str]
    runs_coroutines: ClassVar[bool] = True
    is_durable: ClassVar[bool] = True
    is_embedded: ClassVar[bool] = False

    def __init__(self) -> None:
        self._broker: Broker | None = None
        self._consumers: dict[str, Consumer] = {}
        self._origins: dict[int, tuple[Context, int]] = {}
        """Of dispatches: where they were emitted, and by how many consumers they have not been handled."""

        self._heard: dict[int, tuple[str, list[str]]] = {}
        """Of messages that are not confirmed yet: their event and its consumers."""

        self._asked = 0
        """What the broker has not answered."""

        self._counting = threading.Lock()
        self._calls: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._broken = ""
        self._hold: ExitStack | None = None

    def make_broker(self) -> Broker:
        """A new one, not open."""
        raise NotImplementedError

    async def open(self, surroundings: Surroundings) -> None:
        """Connect."""
        self._loop, self._clock, self._run = surroundings.loop, surroundings.clock, surroundings.run
        self._recorder: Recorder = surroundings.recorder
        self._records = DeliveryRecords(surroundings.recorder, surroundings.run)
        self._before_dispatch = surroundings.before_dispatch
        self._dies = surroundings.dies
        self._home = threading.get_ident()
        broker = self.make_broker()
        with self._clock.held():
            await broker.open(self._run, self.news)
        self._broker = broker

    @property
    def broker(self) -> Broker:
        """What carries the events."""
        if self._broker is None:
            raise RuntimeError("the engine is not open")
        return self._broker

    # Subscriptions

    def subscribe(self, event: str, function: Function, *, once: bool, consumption: Consumption = PLAIN) -> None:
        """A consumer for each handler: two events of one handler share it."""
        name = describe(function)
        text, number = name.text, 1
        while event in (known := self._consumers.setdefault(text, Consumer(text, self._recorder))).functions:
            if known.functions[event].function is function:
                return
            number += 1
            text = f"{name.text}#{number}"
        known.consumption = consumption
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
        for delivery in consumer.remove(event):
            self._ask()
            self.broker.give_back(delivery)

    # Emitting

    def emit(self, event: str, *payload: Any) -> None:
        """Hand it to the broker; what became of it is recorded when the broker says so."""
        self._before_dispatch(event)
        consumers = [each.name for each in list(self._consumers.values()) if event in each.functions]
        dispatch = self._records.emitted(event, payload, len(consumers))
        message = Message(dispatch, event, attributes_of(self._run, dispatch, event), bodies.written(payload))
        self._heard[dispatch] = event, consumers
        if consumers:
            self._origins[dispatch] = copy_context(), len(consumers)
        with self._counting:
            self._asked += 1
        if threading.get_ident() == self._home:
            self._publish(message)
        else:
            self._loop.call_soon_threadsafe(self._publish, message)

    def _publish(self, message: Message) -> None:
        for name in self._heard[message.dispatch][1]:
            self._consumers[name].expect(message.event, 1)
        self._look_at_clock()
        self.broker.publish(message)

    # What the broker says

    def news(self, news: Sequence[News]) -> None:
        """From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
            self._loop.call_soon_threadsafe(self._take, news)

    def _take(self, news: Sequence[News]) -> None:
        for one in news:
            match one:
                case Confirmed(message, place):
                    self._confirmed(message, place)
                case Refused(message, reason):
                    self._refused(message, reason)
                case Bound(name, event, backlog):
                    self._answered()
                    self._consumers[name].bound(event, backlog)
                case Delivered(delivery):
                    self._delivered(delivery)
                case Settled():
                    self._answered()
                case Died(name):
                    self._answered()
                    self._consumers[name].is_dying = False
                case Interrupted(reason):
                    self._interrupted(reason)
                case Resumed(waiting):
                    self._resumed(waiting)
                case Broken(reason):
                    self._broken = reason
        for consumer in self._consumers.values():
            self._serve(consumer)
        self._look_at_clock()
        self._over.set()

    def _confirmed(self, message: Message, place: str) -> None:
        self._answered()
        self._records.confirmed(message, place, self._heard.pop(message.dispatch)[1])

    def _refused(self, message: Message, reason: str) -> None:
        self._answered()
        for name in self._heard.pop(message.dispatch)[1]:
            self._consumers[name].expect(message.event, -1)
        self._origins.pop(message.dispatch, None)
        self._records.discarded(message, reason)

    def _interrupted(self, reason: str) -> None:
        """Until it is over something is asked of the broker: the run cannot end meanwhile."""
        self._ask()
        self._recorder.mark(reason, 0)
        for consumer in self._consumers.values():
            for delivery in consumer.interrupted():
                self._ask()
                self.broker.give_back(delivery)

    def _resumed(self, waiting: Sequence[tuple[str, str, int]]) -> None:
        self._answered()
        self._recorder.mark(f"{self.id} can be reached again", 0)
        coming: dict[str, Counter[str]] = {name: Counter() for name in self._consumers}
        for name, event, count in waiting:
            coming[name][event] += count
        for event, names in self._heard.values():
            for name in names:
                coming[name][event] += 1
        for name, consumer in self._consumers.items():
            consumer.resumed(coming[name])

    def _delivered(self, delivery: Delivery) -> None:
        consumer = self._consumers[delivery.consumer]
        if consumer.is_dying:
            return  # it was meant for the one that died, and will be delivered again
        consumer.expect(delivery.event, -1)
        if delivery.event not in consumer.functions:
            self._ask()
            self.broker.give_back(delivery)
            return
        self._records.delivered(delivery)
        if consumer.retries and delivery.attempt > 1:
            consumer.retries = ""
            consumer.waiting.appendleft(delivery)
        else:
            consumer.waiting.append(delivery)

    # Handling

    def _serve(self, consumer: Consumer) -> None:
        """Begin the next call of this handler, where none runs."""
        while consumer.running is None and consumer.waiting and not consumer.retries and not self._broken:
            delivery = consumer.waiting.popleft()
            heard = consumer.functions.get(delivery.event)
            if heard is None:
                self._ask()
                self.broker.give_back(delivery)
                continue
            if self._dies(Boundary.RECEIVED, consumer.name):
                consumer.expect(delivery.event, 1)
                self._die(consumer, delivery)
                return
            consumer.running = delivery
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
        consumer.running = None
        self._serve(consumer)
        self._look_at_clock()
        self._over.set()

    def _handled(self, consumer: Consumer, delivery: Delivery) -> None:
        open_ = not consumer.consumption.ack_first
        if open_ and self._dies(Boundary.HANDLED, consumer.name):
            consumer.expect(delivery.event, 1)
            self._die(consumer, delivery)
            return
        if open_:
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
        if delivery.attempt >= consumer.consumption.attempts or isinstance(error, bodies.Unreadable):
            reason = f"{type(error).__name__}: {error}"[:1000]
            self._records.of(Kind.DEAD_LETTERED, delivery, note=reason)
            self._forget(delivery)
            self._ask()
            self.broker.bury(delivery, reason)
        elif isinstance(error, ConsumerDied):
            consumer.expect(delivery.event, 1)
            self._die(consumer, delivery)
        else:
            consumer.expect(delivery.event, 1)
            # Its event may be heard no longer: then it stays with the broker.
            if self.broker.keeps_order and delivery.event in consumer.functions:
                consumer.retries = delivery.event
            self._ask()
            self.broker.retry(delivery)

    def _die(self, consumer: Consumer, delivery: Delivery) -> None:
        for each in consumer.waiting:
            consumer.expect(each.event, 1)
        consumer.waiting.clear()
        consumer.is_dying = True
        self._ask()
        self.broker.die(delivery)

    def _forget(self, delivery: Delivery) -> None:
        """This consumer is done with it."""
        context, left = self._origins.pop(delivery.dispatch, (None, 0))
        if context is not None and left > 1:
            self._origins[delivery.dispatch] = context, left - 1

    # The run

    def in_flight(self) -> int:
        """Events on their way to the broker or to a handler, and calls that have not ended.

        One more where the broker is gone: so that whoever waits for the end of the run is told.
        """
        return (
            bool(self._broken) + self._asked + sum(consumer.in_flight() for consumer in list(self._consumers.values()))
        )

    async def settle(self) -> None:
        """Wait until something of it is over. Raises UserError where the broker is gone for good."""
        if self._broken:
            raise UserError(self._broken)
        self._over.clear()
        await self._over.wait()

    def scheduled(self, most: int) -> list[str]:
        """Calls that wait for an earlier one of their handler."""
        return [each.name for each in list(self._consumers.values()) for _ in list(each.waiting)][:most]

    async def close(self) -> None:
        """Cancel what runs, then let the broker remove what this run made."""
        for _ in range(_TURNS_TO_UNWIND):
            if not self._calls:
                break
            for task in list(self._calls):
                task.cancel()
            await asyncio.sleep(0)
        if self._broker is not None:
            await self._broker.close(clean=True)
        if self._hold is not None:
            self._hold.close()

    # Inside

    def _ask(self) -> None:
        with self._counting:
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
