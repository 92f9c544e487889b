"""What all models of brokers share: they carry orders out at once, unless they cannot be reached.

A broker takes no time here. It can be cut off and come back: then it does what the real one's client does, which is to
publish again what was not confirmed, and to carry out the orders that came meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from bus.contract.delivery import (
    Broker,
    Confirmed,
    ConnectionLost,
    ConnectionRestored,
    Delivery,
    Message,
    News,
    Refused,
    Settled,
    Tell,
)
from bus.contract.trouble import BrokerTrouble
from bus.engines.modelled.lanes import Lanes
from bus.runtime.loop import EngineLoop

PUBLISHER = ""
"""The lane of confirms; the others are named by consumers."""


class ModelledServer:
    """What a kind of broker does with each order: the server, and our client's part in it."""

    def _publish(self, message: Message) -> None:
        raise NotImplementedError

    def _bind(self, consumer: str, event: str, prefetch: int) -> None:
        raise NotImplementedError

    def _unbind(self, consumer: str, event: str) -> None:
        raise NotImplementedError

    def _acknowledge(self, delivery: Delivery) -> None:
        raise NotImplementedError

    def _retry(self, delivery: Delivery) -> None:
        raise NotImplementedError

    def _release(self, delivery: Delivery) -> None:
        raise NotImplementedError

    def _dead_letter(self, delivery: Delivery) -> None:
        raise NotImplementedError

    def _die(self, delivery: Delivery) -> None:
        """The consumer that has this."""
        raise NotImplementedError

    def _lose(self) -> None:
        """The server sees that its client is gone."""
        raise NotImplementedError

    def _count(self) -> tuple[tuple[str, str, int], ...]:
        """The client is back; what waits for it, as ConnectionRestored tells it."""
        raise NotImplementedError

    def _consume_again(self) -> None:
        """It begins to, all that it had consumed."""
        raise NotImplementedError


class ModelledBroker(ModelledServer, Broker):
    """Lives on the engine's loop."""

    keeps_order: ClassVar[bool]

    def __init__(self) -> None:
        self._unanswered: dict[int, Message] = {}
        """By dispatch: not confirmed, in the order in which they were published."""

        self._waiting: list[Callable[[], None]] = []
        """Orders of the time in which none is carried out."""

        self._cuts = 0
        """So many troubles keep it from being reached."""

        self._is_full = False
        self._is_blocked = False
        """It reads nothing of what is ordered: its disk is full, and somebody has published."""

    async def open(self, run: str, tell: Tell) -> None:
        """It is there at once."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        self._lanes = Lanes(loop, tell, self._told)

    async def close(self, *, clean: bool) -> None:
        """Nothing is left of it in any case."""

    # Orders

    def publish(self, message: Message) -> None:
        self._unanswered[message.dispatch] = message
        if not self._cuts:
            self._send_out(message)

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        self._order(partial(self._bind, consumer, event, prefetch))

    def unbind(self, consumer: str, event: str) -> None:
        self._order(partial(self._unbind, consumer, event))

    def acknowledge(self, delivery: Delivery) -> None:
        self._settle(delivery, self._acknowledge)

    def retry(self, delivery: Delivery) -> None:
        self._settle(delivery, self._retry)

    def release(self, delivery: Delivery) -> None:
        self._settle(delivery, self._release)

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        self._settle(delivery, self._dead_letter)

    def die(self, delivery: Delivery) -> None:
        self._order(partial(self._die, delivery))

    def _settle(self, delivery: Delivery, how: Callable[[Delivery], None]) -> None:
        def settle() -> None:
            how(delivery)
            self._say(delivery.consumer, Settled(delivery))

        self._order(settle)

    def _order(self, order: Callable[[], None]) -> None:
        if self._cuts or self._is_blocked:
            self._waiting.append(order)
        else:
            order()

    def _send_out(self, message: Message) -> None:
        self._is_blocked = self._is_full
        self._order(partial(self._publish, message))

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for order in waiting:
            self._order(order)

    # What goes wrong with it

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> None:
        """One that its engine names begins, or is over."""
        if trouble is BrokerTrouble.FULL and begins:
            self._fill()
        elif trouble is BrokerTrouble.FULL:
            self._empty()
        elif begins:
            self.cut("it stops" if trouble is BrokerTrouble.RESTARTS else "nothing comes through")
        else:
            self.mend()

    def cut(self, reason: str) -> None:
        """It cannot be reached any more, until `mend`."""
        self._cuts += 1
        if self._cuts > 1:
            return
        self._is_blocked = False
        # What was not confirmed is published again anyway.
        self._waiting = [order for order in self._waiting if getattr(order, "func", None) != self._publish]
        self._lanes.cut()
        self._lose()
        self._lanes.tell(ConnectionLost(f"the connection to the broker was lost: {reason}"))

    def mend(self) -> None:
        """It can be reached again."""
        self._cuts -= 1
        if self._cuts:
            return
        self._lanes.tell(ConnectionRestored(self._count()))
        self._consume_again()
        for message in list(self._unanswered.values()):
            self._send_out(message)
        self._go_on()

    def _fill(self) -> None:
        """Its disk is full; where the kind says nothing else it stops for that."""
        self.cut("its disk is full")

    def _empty(self) -> None:
        """There is room again."""
        self.mend()

    # News

    def _say(self, lane: str, news: News) -> None:
        self._lanes.say(lane, news)

    def _told(self, news: News) -> None:
        if isinstance(news, Confirmed | Refused):
            self._unanswered.pop(news.message.dispatch, None)
