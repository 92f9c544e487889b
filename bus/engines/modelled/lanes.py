"""What a model tells its engine: in order to each who hears it, and in any order between them, as connections do.

Each piece of news is a timer of this moment, so that a run whose choices are made (bus/runtime/choices.py) may let one
consumer hear before another, or before the publisher.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bus.contract.delivery import Confirmed, Delivered, News, Refused, Tell
from bus.runtime.loop import About, EngineLoop


class Lanes:
    """Of one broker. Lives on the engine's loop."""

    def __init__(self, loop: EngineLoop, tell: Tell, told: Callable[[News], None]) -> None:
        """told: hears what was told just now."""
        self._loop, self._tell, self._told = loop, tell, told
        self._waiting: dict[str, deque[News]] = {}

    def say(self, lane: str, news: News) -> None:
        """Behind what was said on this lane before."""
        self._waiting.setdefault(lane, deque()).append(news)
        self._loop.call_due(_about(lane, news), self._next, lane)

    def cut(self) -> None:
        """The connection is gone: what was sent over it and has not arrived never does.

        What the engine was told it would be told is told all the same.
        """
        for waiting in self._waiting.values():
            kept = [news for news in waiting if not isinstance(news, Delivered | Confirmed | Refused)]
            waiting.clear()
            for news in kept:
                self.tell(news)

    def tell(self, news: News) -> None:
        """Before all that waits on any lane."""
        self._told(news)
        self._tell([news])

    def _next(self, lane: str) -> None:
        if self._waiting[lane]:
            self.tell(self._waiting[lane].popleft())


def _about(lane: str, news: News) -> About:
    """Whom it concerns, as a person reads it where an order is chosen."""
    match news:
        case Delivered(delivery):
            return delivery.event, delivery.consumer
        case Confirmed(message, _) | Refused(message, _):
            return message.event, "the broker's answer to an emit"
    return "", f"the broker's answer to {lane}" if lane else "the broker"
