"""Machines whose clock is wrong: what the handlers there take for the time.

The bus stamps events, and its clock is right; a handler's machine holds its own clock against that stamp. What is
measured as a span, such as a wait or a deadline, is read from no such clock and stays right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bus.runtime.clock import NEVER
from bus.scenario import distribution
from bus.scenario.faults import ClockFault
from bus.wording import duration
from buslens.records import Fault

SECOND_NS = 1_000_000_000


class ClocksSaid(Protocol):
    """Where it is recorded what a wrong clock has led to."""

    def say(self, fault: Fault, what: str, *, call: int = 0) -> None:
        """It happened now. call: 0 for the one that runs here."""


@dataclass(frozen=True, slots=True)
class WrongClock:
    """One fault of this kind in one run; times are of the run's clock."""

    handlers: tuple[str, ...]
    begins_ns: int
    ends_ns: int
    skew_ns: int
    drift_ns: int
    """What it gains in each second."""

    @classmethod
    def of(cls, fault: ClockFault) -> WrongClock:
        """As the scenario says it."""
        begins = distribution.parse_time(fault.at)
        ends = NEVER if fault.for_ is None else begins + distribution.parse_time(fault.for_)
        return cls(fault.targets, begins, ends, fault.skew_ns, fault.drift_ns)

    def off_ns(self, handler: str, now_ns: int) -> int:
        """How far it puts the clock of a handler ahead now; negative: behind."""
        if handler not in self.handlers or not self.begins_ns <= now_ns < self.ends_ns:
            return 0
        return self.skew_ns + self.drift_ns * (now_ns - self.begins_ns) // SECOND_NS


class WrongClocks:
    """Of one run, on the real bus or in the kernel. Thread-safe."""

    def __init__(self, faults: Iterable[ClockFault], records: ClocksSaid) -> None:
        self._clocks = [WrongClock.of(fault) for fault in faults]
        self._records = records

    def off_ns(self, handler: str, now_ns: int) -> int:
        """How far the clock of a handler's machine is ahead now; negative: behind. Several faults add up."""
        return sum(clock.off_ns(handler, now_ns) for clock in self._clocks)

    def misjudged(self, handler: str, event: str, off_ns: int, call: int) -> None:
        """Record that such a clock led this handler to another end than a right one. call: 0 for the one here."""
        if off_ns > 0:
            what = f"ahead, and takes {event} for expired"
        else:
            what = f"behind, and does not see that {event} has expired"
        self._records.say(Fault.CLOCK, f"{handler}'s clock is {duration(abs(off_ns))} {what}", call=call)
