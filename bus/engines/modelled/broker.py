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

    def _regain(self) -> tuple[tuple[str, str, int], ...]:
        """The client is back, and begins to consume again; what waits then, as ConnectionRestored tells it."""
        raise NotImplementedError


class ModelledBroker(ModelledServer, Broker):
    """Lives on the engine's loop."""

    keeps_order: ClassVar[bool]

    def __init__(self) -> None:
        self._unanswered: dict[int, Message] = {}
        """By dispatch: not confirmed, in the order in which they were published."""

        self._waiting: list[Callable[[], None]] = []
        """Orders of the time in which it cannot be reached."""

        self._is_reachable = True

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
        if self._is_reachable:
            self._publish(message)

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
        if self._is_reachable:
            order()
        else:
            self._waiting.append(order)

    # What goes wrong with it

    def cut(self, reason: str) -> None:
        """It cannot be reached any more, until `mend`."""
        self._is_reachable = False
        self._lanes.cut()
        self._lose()
        self._say(PUBLISHER, ConnectionLost(reason))

    def mend(self) -> None:
        """It can be reached again."""
        self._is_reachable = True
        self._say(PUBLISHER, ConnectionRestored(self._regain()))
        for message in list(self._unanswered.values()):
            self._publish(message)
        waiting, self._waiting = self._waiting, []
        for order in waiting:
            order()

    # News

    def _say(self, lane: str, news: News) -> None:
        self._lanes.say(lane, news)

    def _told(self, news: News) -> None:
        if isinstance(news, Confirmed | Refused):
            self._unanswered.pop(news.message.dispatch, None)
