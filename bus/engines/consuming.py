"""One handler as a consumer: what it hears, what it was handed, and how much more is on its way to it."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from bus.engines.delivery import Delivery
from bus.engines.protocol import PLAIN, Consumption, Function
from buslens.adapters.naming import HandlerName
from buslens.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Heard:
    """One event that a handler hears."""

    function: Function
    handler: int
    """Interned name of the handler of this event."""

    is_async: bool
    once: bool


class Consumer:
    """Lives on the engine's loop; may be looked at from elsewhere."""

    def __init__(self, name: str, recorder: Recorder) -> None:
        self.name = name
        self.functions: dict[str, Heard] = {}
        """By event."""

        self.consumption: Consumption = PLAIN
        self.waiting: deque[Delivery] = deque()
        """Delivered; the call has not started."""

        self.running: Delivery | None = None
        self.retries = ""
        """Event that it waits for before any other, because it failed and the order is to stay; empty for none."""

        self.is_dying = False
        """It died, and the broker has not said yet that it knows."""

        self._recorder = recorder
        self._expected: Counter[str] = Counter()
        """By event: what the broker will deliver."""

        self._binding: Counter[str] = Counter()
        """By event: how often the broker was asked to deliver it and has not answered; the last answer counts."""

    def add(self, event: str, function: Function, name: HandlerName, *, once: bool) -> None:
        """It hears an event from now on."""
        handler = self._recorder.handler(name.text, name.file, name.line, event)
        self.functions[event] = Heard(function, handler, name.is_async, once)
        self._recorder.handler_added(handler, self._recorder.event(event), once)
        self._binding[event] += 1

    def remove(self, event: str) -> list[Delivery]:
        """It hears it no longer; what waited for a call and will get none."""
        heard = self.functions.pop(event)
        self._recorder.handler_removed(heard.handler, self._recorder.event(event), heard.once)
        del self._expected[event]
        self.retries = "" if self.retries == event else self.retries
        left = [delivery for delivery in self.waiting if delivery.event == event]
        self.waiting = deque(delivery for delivery in self.waiting if delivery.event != event)
        return left

    def bound(self, event: str, backlog: int) -> None:
        """The broker delivers it now, and that much waits already."""
        self._binding[event] -= 1
        if not self._binding[event]:
            self.expect(event, backlog)

    def expect(self, event: str, change: int) -> None:
        """So many more are on their way, or fewer. Nothing is expected of what it does not hear."""
        if event in self.functions:
            self._expected[event] = max(0, self._expected[event] + change)

    def interrupted(self) -> list[Delivery]:
        """The broker is gone: what waited for a call, which will be delivered again. A call that runs goes on."""
        left, self.waiting = list(self.waiting), deque()
        self.retries, self.is_dying = "", False
        return left

    def resumed(self, waiting: Counter[str]) -> None:
        """The broker is there again, and will deliver this much of each event."""
        self._expected = Counter({event: count for event, count in waiting.items() if event in self.functions})

    def is_expecting(self) -> bool:
        """Whether the broker is about to deliver."""
        held = len(self.waiting) + (self.running is not None)
        return held < self.consumption.prefetch and any(self._expected.values())

    def in_flight(self) -> int:
        """Events on their way to it, waiting or running."""
        return sum(list(self._expected.values())) + len(self.waiting) + (self.running is not None)
