"""One handler as a consumer: which events it hears, and its line, from what is coming to what it has to acknowledge."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from bus.contract.delivery import Delivery
from bus.contract.headers import EMITTED
from bus.contract.protocol import PLAIN, ConsumerOptions, Function
from bus.sharing.merging import FIRST_ID

_LONGEST_NUMBER = 19


@dataclass(frozen=True, slots=True)
class Heard:
    """One event that a handler hears."""

    function: Function
    handler: int
    """Interned name of the handler of this event."""

    is_async: bool
    once: bool
    first: int = 0
    """Id of the first dispatch that it wants; 0: all that the broker has kept."""


class Consumer:
    """Lives on the engine's loop, and is changed there by `InFlight` too; may be looked at from any thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hears: dict[str, Heard] = {}
        """By event."""

        self.consumption: ConsumerOptions = PLAIN
        self.coming: Counter[str] = Counter()
        """By event that it hears: how many the broker will deliver."""

        self.waiting: deque[Delivery] = deque()
        """Delivered, and lined up: the call has not started."""

        self.parked: list[Delivery] = []
        """Held at a breakpoint; what is behind them goes on."""

        self.running: list[Delivery] = []
        """Their calls have not ended, or have failed and wait for the handler's backoff."""

        self.done: list[Delivery] = []
        """Their calls went well; they are acknowledged when all that was emitted in them is with the broker."""

        self.retries = ""
        """Event that it waits for before any other, because it failed and the order is to stay; empty for none."""

        self.is_dying = False
        """It died, and the broker has not said yet that it knows."""

        self.binding: Counter[str] = Counter()
        """By event: how often the broker was asked to deliver it and has not answered; the last answer counts."""

    def line_up(self, delivery: Delivery) -> None:
        """It waits for its call: first of all where the handler waits for it."""
        if self.retries and delivery.attempt > 1 and not delivery.is_copy:
            self.retries = ""
            self.waiting.appendleft(delivery)
        else:
            self.waiting.append(delivery)

    def begin(self) -> Delivery | None:
        """What is called next; None where there is nothing, or no call may begin yet."""
        if not self.waiting or not self.is_free:
            return None
        self.running.append(self.waiting[0])
        return self.waiting.popleft()

    def park(self, delivery: Delivery) -> None:
        """What `begin` gave is held: its call does not begin."""
        self.running.remove(delivery)
        self.parked.append(delivery)

    def release(self, delivery: Delivery) -> None:
        """It is held no longer, and is called before all that was not held."""
        self.parked.remove(delivery)
        delivery.is_released = True
        ahead = sum(each.is_released for each in self.waiting)
        self.waiting.insert(ahead, delivery)

    def keep_copies(self) -> None:
        """The broker takes back what is lined up and what is held; it knows nothing of copies that are to be called."""
        self.waiting = deque(each for each in self.waiting if each.is_copy)
        self.parked.clear()

    def ended(self, delivery: Delivery) -> None:
        """Its call has, whatever it came to."""
        self.running.remove(delivery)

    @property
    def is_free(self) -> bool:
        """Whether another call may begin: the one before it is acknowledged, where they run one after another."""
        return len(self.running) + len(self.done) < self.consumption.at_once and not self.retries

    def is_expecting(self) -> bool:
        """Whether the broker is about to deliver."""
        return self.held() < self.consumption.prefetch and any(self.coming.values())

    def held(self) -> int:
        """Events that are with it."""
        return len(self.waiting) + len(self.parked) + len(self.running) + len(self.done)

    def in_flight(self) -> int:
        """Events on their way to it, and those that are with it."""
        return sum(list(self.coming.values())) + self.held()

    def passes_over(self, delivery: Delivery) -> bool:
        """Whether it lies before what the handler wants to read; times and ids are those of the run's owner."""
        if 0 <= delivery.offset < self.consumption.first_offset:
            return True
        if delivery.dispatch >= FIRST_ID:
            return False
        if delivery.dispatch < self.hears[delivery.event].first < FIRST_ID:
            return True
        emitted = delivery.attributes.get(EMITTED, "")
        is_time = len(emitted) <= _LONGEST_NUMBER and emitted.isdecimal()
        return is_time and int(emitted) < self.consumption.since_ns


def hearers(consumers: Mapping[str, Consumer], event: str) -> list[str]:
    """Names of those that hear an event, the first first. From any thread."""
    return [each.name for each in list(consumers.values()) if event in each.hears]
