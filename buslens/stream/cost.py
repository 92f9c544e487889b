"""What the probe takes of the processor: measured on a few dispatches in each block of slots, counted for all of them.

The clock is read before and after what we do, and not while a handler runs. The longest of the last measures are not
used: there the system has let somebody else run. What follows a dispatch later, such as the steps of a task, is not in
it; what a library would have done itself in the same lines may be.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from typing import Any, Callable

from buslens.context import CALL, is_outside
from buslens.packing import ENDED, NEXT, STARTED, WHOLE
from buslens.records import Kind

_SAMPLES, _LONGEST = 16, 2
"""Measured dispatches that say what the next ones cost, and how many of them are not used."""

_GAP_NS = 1_000_000
"""More between two facts of a dispatch is somebody else's work on this thread."""

_EMITTED, _CALL_STARTED, _CALL_ENDED = int(Kind.DISPATCH_EMITTED), int(Kind.CALL_STARTED), int(Kind.CALL_ENDED)
_KINDS = {STARTED: _CALL_STARTED, ENDED: _CALL_ENDED, NEXT: 0}
_OVER = (_CALL_ENDED, int(Kind.SKIPPED))

CLOCK_NS: Callable[[], int] = time.perf_counter_ns
"""Not the thread's processor time: to ask for that takes longer than what is measured."""


class CostMeter:
    """The processor time that the probe has taken since it was made, in nanoseconds."""

    def __init__(self) -> None:
        self.is_due = False
        """The next dispatch is to be measured."""

        self.own_ns = 0
        """Taken so far, as far as it is known."""

        self.clock_ns = min(_between() for _ in range(5))
        """What it takes to look at the clock."""

        self.is_measuring = False
        """Some thread may have MeasuredFacts."""

        self.here = threading.local()
        """`facts`: those of this thread."""

        self._began_ns = time.process_time_ns()
        self._samples: "deque[tuple[int, int]]" = deque(maxlen=_SAMPLES)
        """Nanoseconds and slots of a dispatch."""

        self._cold = 1
        """Dispatches that are measured first, and not counted."""

        self._waiting = 0
        """Slots that were filled before anything was measured."""

    def cpu_ns(self) -> int:
        """Processor time of the whole process meanwhile."""
        return time.process_time_ns() - self._began_ns

    def took(self, taken_ns: int, slots: int) -> None:
        """A dispatch took so long, and so many slots."""
        self._samples.append((taken_ns, slots))

    def filled(self, slots: int) -> None:
        """So many slots more were filled; another dispatch is to be measured."""
        self._waiting += slots
        samples = sorted(self._samples)
        usual = samples[:-_LONGEST] if len(samples) == _SAMPLES else samples
        if usual:
            self.own_ns += self._waiting * sum(taken for taken, _ in usual) // sum(count for _, count in usual)
            self._waiting = 0
        self._cold = 1
        self.is_due = True

    def forget(self) -> None:
        """From here on dispatches cost more, or less."""
        self._samples.clear()

    def begin(self) -> bool:
        """A dispatch is measured now. Whether it counts: the first one runs what was not run for long."""
        cold, self._cold = self._cold, 0
        self.is_due = bool(cold)
        return not cold


class MeasuredDispatch:
    """One dispatch, whose time in the probe is added up: for whoever calls the handlers itself."""

    __slots__ = ("_counts", "_meter", "_since", "_taken")

    def __init__(self, meter: CostMeter) -> None:
        self._counts = meter.begin()
        self._meter = meter
        self._since = self._taken = 0

    def go(self) -> None:
        """What comes next is our doing."""
        self._since = CLOCK_NS()

    def halt(self) -> None:
        """What comes next is not."""
        self._taken += max(CLOCK_NS() - self._since - self._meter.clock_ns, 0)

    def done(self, slots: int) -> None:
        """It is over, and has filled so many."""
        self.halt()
        if self._counts:
            self._meter.took(self._taken, slots)


class MeasuredFacts:
    """The same for a dispatch that is told fact by fact, wherever its handlers are called from."""

    __slots__ = ("_calls", "_counts", "_dispatch", "_gap_ns", "_left", "_meter", "_slots", "_taken")

    def __init__(self, meter: CostMeter) -> None:
        """The library has asked us; what is told next on this thread is its dispatch."""
        self._counts = meter.begin()
        self._meter = meter
        self._taken = self._slots = self._dispatch = self._left = 0
        self._calls: "list[int]" = []
        self._gap_ns = CLOCK_NS()
        """Since when only we and the library have been at work on this thread; 0: a handler may have been."""

        meter.here.facts, meter.is_measuring = self, True

    def keep(self, fact: "tuple[Any, ...]", keep: Callable[[Any], None]) -> None:
        """Keep a fact, which may be one of this dispatch."""
        shape, kind = fact[0], _kind_of(fact)
        if kind == _EMITTED and not self._dispatch:
            self._dispatch, self._left = fact[6], fact[9]
        if not self._is_mine(fact, shape, kind):
            keep(fact)
            return
        began, now = self._gap_ns, CLOCK_NS()
        # A call that is told whole may be a task's, which comes when it comes.
        if not began or now - began > _GAP_NS or (shape == WHOLE and kind == _CALL_STARTED):
            began = now
        keep(fact)
        now = CLOCK_NS()
        self._taken += max(now - began - self._meter.clock_ns, 0)
        self._slots += 1
        self._gap_ns = now
        if kind == _CALL_STARTED:
            self._calls.append(fact[3] if shape == STARTED else fact[6])
            self._gap_ns = 0
        self._left -= kind in _OVER
        if self._left <= 0:
            self._meter.here.facts, self._meter.is_measuring = None, False
            if self._counts:
                self._meter.took(self._taken, self._slots)

    def _is_mine(self, fact: "tuple[Any, ...]", shape: int, kind: int) -> bool:
        if kind == _CALL_ENDED:
            return fact[1 if shape == ENDED else 6] in self._calls
        if shape == STARTED:
            return bool(fact[4] == self._dispatch)
        return shape == WHOLE and bool(fact[7 if kind == _CALL_STARTED else 6] == self._dispatch)


def passing_ns(calls: int = 64) -> int:
    """What a dispatch costs that is left out: to see that it is, and one function more on the way."""
    next_is = itertools.repeat(True).__next__
    began = CLOCK_NS()
    for _ in range(calls):
        if is_outside(CALL.get()) and next_is():
            _pass_on(None, (), {})
    return (CLOCK_NS() - began) // calls


def _pass_on(event: Any, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> None:
    pass


def _kind_of(fact: "tuple[Any, ...]") -> int:
    shape = fact[0]
    if shape == WHOLE:
        return int(fact[1])
    return _KINDS[shape]


def _between() -> int:
    before = CLOCK_NS()
    return CLOCK_NS() - before
