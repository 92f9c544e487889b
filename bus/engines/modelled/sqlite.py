"""The engine sqlite on the model of its log: it does what bus/engines/sqlite/engine.py does on a thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from bus.contract.delivery import Bound, Broker, BrokerFailed, Confirmed, Delivered, Delivery, Died, Message
from bus.contract.spec import EngineSpec
from bus.engines.modelled import SQLITE
from bus.engines.modelled.broker import PUBLISHER, ModelledBroker
from bus.engines.modelled.engine import ModelledEngine
from bus.models.sqlite import LogModel


class ModelledSqlite(ModelledEngine):
    """Each handler consumes the log at its own pace."""

    spec: ClassVar[EngineSpec] = SQLITE

    def make_broker(self) -> Broker:
        """A log for this run alone."""
        return ModelledSqliteBroker()


@dataclass(slots=True)
class _Consumer:
    prefetch: int
    events: list[str] = field(default_factory=list)
    open: dict[int, Delivery] = field(default_factory=dict)


class ModelledSqliteBroker(ModelledBroker):
    """Each order is a commit of its own."""

    keeps_order: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._log: LogModel[Message] = LogModel()
        self._consumers: dict[str, _Consumer] = {}

    def _publish(self, message: Message) -> None:
        offset = self._log.append(message.event, message)
        self._say(PUBLISHER, Confirmed(message, f"offset {offset}"))
        for consumer in self._consumers:
            self._deliver(consumer)

    def _bind(self, consumer: str, event: str, prefetch: int) -> None:
        known = self._consumers.setdefault(consumer, _Consumer(prefetch))
        known.prefetch = prefetch
        if event not in known.events:
            known.events.append(event)
        self._say(consumer, Bound(consumer, event, self._log.subscribe(consumer, event)))
        self._deliver(consumer)

    def _unbind(self, consumer: str, event: str) -> None:
        known = self._consumers.get(consumer)
        if known is not None and event in known.events:
            known.events.remove(event)

    def _acknowledge(self, delivery: Delivery) -> None:
        if self._has(delivery):
            self._log.acknowledge(delivery.consumer, delivery.event, delivery.offset)
            self._deliver(delivery.consumer)

    def _dead_letter(self, delivery: Delivery) -> None:
        if self._has(delivery):
            self._log.dead_letter(delivery.consumer, delivery.event, delivery.offset)
            self._deliver(delivery.consumer)

    def _retry(self, delivery: Delivery) -> None:
        self._return(delivery, attempted=True)
        self._deliver(delivery.consumer)

    def _release(self, delivery: Delivery) -> None:
        self._return(delivery, attempted=False)
        self._deliver(delivery.consumer)

    def _die(self, delivery: Delivery) -> None:
        for each in list(self._consumers[delivery.consumer].open.values()):
            self._return(each, attempted=each is delivery)
        self._say(delivery.consumer, Died(delivery.consumer))
        self._deliver(delivery.consumer)

    def _fill(self) -> None:
        """The run ends, as with the real one. https://www.sqlite.org/rescode.html#full"""
        self._say(PUBLISHER, BrokerFailed("the log cannot be written: database or disk is full"))

    def _empty(self) -> None:
        """The run has ended."""

    def _lose(self) -> None:
        self._log.crash()
        for consumer in self._consumers.values():
            consumer.open.clear()

    def _count(self) -> tuple[tuple[str, str, int], ...]:
        return tuple(
            (name, event, self._log.subscribe(name, event))
            for name, consumer in self._consumers.items()
            for event in consumer.events
        )

    def _consume_again(self) -> None:
        for name in self._consumers:
            self._deliver(name)

    # Inside

    def _has(self, delivery: Delivery) -> bool:
        """Whether the log knows that it is out; it is settled now."""
        opened = self._consumers[delivery.consumer].open
        is_here = opened.get(delivery.offset) is delivery
        if is_here:
            del opened[delivery.offset]
        return is_here

    def _return(self, delivery: Delivery, *, attempted: bool) -> None:
        if self._has(delivery):
            self._log.release(delivery.consumer, delivery.event, delivery.offset, attempted=attempted)

    def _deliver(self, name: str) -> None:
        consumer = self._consumers[name]
        room = consumer.prefetch - len(consumer.open)
        for one in self._log.take(name, consumer.events, max(0, room)):
            message = one.body
            delivery = Delivery(
                *(name, one.event, message.attributes, message.body, one.attempt, f"offset {one.offset}"),
                token=one.offset,
                offset=one.offset,
            )
            consumer.open[one.offset] = delivery
            self._say(name, Delivered(delivery))
