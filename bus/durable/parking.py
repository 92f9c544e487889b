"""Deliveries that breakpoints hold: with us, not settled, and their handler not called; what is behind them goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bus.contract import bodies
from bus.contract.delivery import Awaited, Delivery
from bus.contract.holding import DROPPED, Carried, Holding
from bus.durable.consuming import Consumer, Heard
from buslens.recorder import Recorder


class Parking:
    """Of one engine. Lives on its loop."""

    def __init__(
        self,
        holding: Holding,
        recorder: Recorder,
        *,
        serve: Callable[[], None],
        acknowledge: Callable[[Delivery], None],
    ) -> None:
        """serve: begins calls where they may begin. acknowledge: tells the broker that it need not give it again."""
        self.recorder = recorder
        self.serve, self.acknowledge = serve, acknowledge
        self._holding = holding
        self._parked: list[ParkedDelivery] = []

    def takes(self, consumer: Consumer, delivery: Delivery) -> bool:
        """Whether a delivery whose call is about to begin is held instead."""
        if not self._holding.armed or delivery.is_released:
            return False
        try:
            carried = bodies.read(delivery.body)
        except bodies.UnreadableBodyError:
            return False  # its call fails of that
        if not self._holding.wants(delivery.event, consumer.name, carried, delivery.attempt):
            return False
        consumer.park(delivery)
        self._keep(consumer, delivery)
        return True

    def copy(self, consumer: Consumer, delivery: Delivery) -> None:
        """Hold another one as well, which no broker knows of."""
        copied = replace(delivery, call=self.recorder.next_id(), awaited=Awaited.NOT, is_copy=True)
        consumer.parked.append(copied)
        self._keep(consumer, copied)

    def look(self) -> None:
        """Forget those that were taken back from their consumers."""
        gone = [each for each in self._parked if not each.is_here]
        self._parked = [each for each in self._parked if each.is_here]
        for parked in gone:
            self._holding.withdrawn(parked)

    def forget(self, parked: ParkedDelivery) -> None:
        """A person has decided what becomes of it."""
        self._parked.remove(parked)

    def _keep(self, consumer: Consumer, delivery: Delivery) -> None:
        parked = ParkedDelivery(self, consumer, delivery)
        self._parked.append(parked)
        self._holding.keep(parked)


class ParkedDelivery:
    """One of them (see bus.contract.holding.Parked)."""

    def __init__(self, parking: Parking, consumer: Consumer, delivery: Delivery) -> None:
        self.event, self.handler = delivery.event, consumer.name
        self.dispatch, self.call, self.attempt = delivery.dispatch, delivery.call, delivery.attempt
        self.is_copy, self.lease = delivery.is_copy, None if delivery.is_copy else delivery.lease
        self._heard: Heard = consumer.hears[delivery.event]
        self._parking, self._consumer, self._delivery = parking, consumer, delivery

    @property
    def handler_id(self) -> int:
        """Interned name of the handler."""
        return self._heard.handler

    @property
    def is_here(self) -> bool:
        """Whether its consumer has it still."""
        return any(each is self._delivery for each in self._consumer.parked)

    def go(self, edited: Carried | None) -> None:
        """Its turn is next."""
        if not self.is_here:
            return
        if edited is not None:
            self._delivery.body = bodies.written(edited)
        self._parking.forget(self)
        self._consumer.release(self._delivery)
        self._parking.serve()

    def drop(self) -> None:
        """Settled without a call."""
        if not self.is_here:
            return
        self._parking.forget(self)
        self._consumer.parked.remove(self._delivery)
        if not self.is_copy:
            self._parking.recorder.skipped(self.dispatch, self.handler_id, note=DROPPED)
            self._parking.acknowledge(self._delivery)
        self._parking.serve()

    def copy(self) -> None:
        """Another one beside it."""
        if self.is_here:
            self._parking.copy(self._consumer, self._delivery)
