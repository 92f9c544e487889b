"""One handler as a consumer: what it hears, what it was handed, and how much more is on its way to it."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from bus.contract.delivery import Delivery
from bus.contract.headers import EMITTED
from bus.contract.protocol import PLAIN, ConsumerOptions, Function
from bus.sharing.merging import FIRST_ID
from buslens.recorder import Recorder
from buslens.watching.naming import HandlerName

_LONGEST_NUMBER = 19


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

    def __init__(self, name: str, recorder: Recorder, bus: int) -> None:
        self.name = name
        self.functions: dict[str, Heard] = {}
        """By event."""

        self.consumption: ConsumerOptions = PLAIN
        self.waiting: deque[Delivery] = deque()
        """Delivered; the call has not started."""

        self.running: list[Delivery] = []
        """Their calls have not ended."""

        self.owed: list[Delivery] = []
        """Their calls went well; they are acknowledged when all that was emitted in them is with the broker."""

        self.retries = ""
        """Event that it waits for before any other, because it failed and the order is to stay; empty for none."""

        self.is_dying = False
        """It died, and the broker has not said yet that it knows."""

        self._first: dict[str, int] = {}
        """By event: id of the first dispatch that it wants."""

        self._recorder = recorder
        self._bus = bus
        self._expected: Counter[str] = Counter()
        """By event: what the broker will deliver."""

        self._binding: Counter[str] = Counter()
        """By event: how often the broker was asked to deliver it and has not answered; the last answer counts."""

    def add(self, event: str, function: Function, name: HandlerName, *, once: bool) -> None:
        """It hears an event from now on."""
        handler = self._recorder.handler(name.text, name.file, name.line, event)
        self.functions[event] = Heard(function, handler, name.is_async, once)
        self._first[event] = self._recorder.next_id() if self.consumption.from_now else 0
        self._recorder.handler_added(handler, self._recorder.event(event, self._bus), once)
        self._binding[event] += 1

    def remove(self, event: str) -> list[Delivery]:
        """It hears it no longer; what waited for a call and will get none."""
        heard = self.functions.pop(event)
        self._recorder.handler_removed(heard.handler, self._recorder.event(event, self._bus), heard.once)
        del self._expected[event]
        self.retries = "" if self.retries == event else self.retries
        left = [delivery for delivery in self.waiting if delivery.event == event]
        self.waiting = deque(delivery for delivery in self.waiting if delivery.event != event)
        return left

    def bound(self, event: str) -> bool:
        """The broker delivers it now; whether this is its last answer, which says how much waits."""
        self._binding[event] -= 1
        return not self._binding[event]

    def expect(self, event: str, change: int) -> None:
        """So many more are on their way, or fewer. Nothing is expected of what it does not hear."""
        if event in self.functions:
            self._expected[event] = max(0, self._expected[event] + change)

    def passes_over(self, delivery: Delivery) -> bool:
        """Whether it lies before what the handler wants to read; times and ids are those of the run's owner."""
        if 0 <= delivery.offset < self.consumption.first_offset:
            return True
        if delivery.dispatch >= FIRST_ID:
            return False
        if delivery.dispatch < self._first.get(delivery.event, 0) < FIRST_ID:
            return True
        emitted = delivery.attributes.get(EMITTED, "")
        is_time = len(emitted) <= _LONGEST_NUMBER and emitted.isdecimal()
        return is_time and int(emitted) < self.consumption.since_ns

    def line_up(self, delivery: Delivery) -> None:
        """It waits for its call: first of all where the handler waits for it."""
        if self.retries and delivery.attempt > 1:
            self.retries = ""
            self.waiting.appendleft(delivery)
        else:
            self.waiting.append(delivery)

    def interrupted(self) -> list[Delivery]:
        """The broker is gone: what waited for a call, which will be delivered again. A call that runs goes on."""
        left, self.waiting = list(self.waiting), deque()
        self.retries, self.is_dying = "", False
        return left

    @property
    def is_free(self) -> bool:
        """Whether another call may begin: the one before it is acknowledged, where they run one after another."""
        return len(self.running) + len(self.owed) < self.consumption.at_once and not self.retries

    def is_expecting(self) -> bool:
        """Whether the broker is about to deliver."""
        return self.held() < self.consumption.prefetch and any(self._expected.values())

    def held(self) -> int:
        """Events that are with it."""
        return len(self.waiting) + len(self.running) + len(self.owed)

    def in_flight(self) -> int:
        """Events on their way to it, waiting or running."""
        return sum(list(self._expected.values())) + self.held()
