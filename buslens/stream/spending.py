"""What being watched costs a process, and what its budget leaves out: looked at behind each block of slots."""

from __future__ import annotations

import itertools
import threading
from typing import Callable, Optional, Protocol

from buslens.stream.budget import Budget
from buslens.stream.cost import CostMeter, MeasuredDispatch, MeasuredFacts, passing_ns

_LOOK = 64
"""So many dispatches that are left out pass between two looks."""


class Spends(Protocol):
    """The stream that is written."""

    opening_ns: int

    @property
    def used(self) -> int:
        """Slots that were claimed so far."""

    def tell_cost(self, own_ns: int, cpu_ns: int, step: int) -> None:
        """Say what being watched has cost until now."""


class Spending:
    """Of one process. Thread-safe."""

    def __init__(self, share: float, drop: Callable[[int], None], changed: Callable[[str], None]) -> None:
        """share: of the processor time, 0 for any. drop: so many dispatches were left out. changed: for the capture."""
        self._budget = Budget(share) if share else None
        self._drop = drop
        self._changed = changed
        self.is_on = True
        """Whether anything is recorded."""

        self.is_hot = False
        """Whether the next dispatch is recorded without a further question; see `tune`."""

        self.has_left_out = False
        """Whether a dispatch ever was: what is emitted outside of any call that is known may be in one of those."""

        self.has_pauses = False
        """Whether a person has asked that some buses are not recorded now."""

        self.begin_anew()

    def begin_anew(self) -> None:
        """As in a forked child: its time is its own."""
        self.meter = CostMeter()
        if self._budget is not None:
            self._budget = Budget(self._budget.share)
        self.step, self.one_in = 0, 1
        """What is left out now: see `Budget`."""

        self.leaves_out: Callable[[], bool] = itertools.repeat(False).__next__
        """Whether the dispatch that comes now is left out, of those that no recorded call has emitted."""

        self._left_out = self._passing_ns = self._slots = 0
        """Dispatches that were left out and not told of yet, what each of them costs all the same, and slots whose cost
        is counted."""

        self._looking = threading.Lock()
        self.tune()

    def tune(self) -> None:
        """Something has changed that the next dispatch must know."""
        self.is_hot = self.is_on and self.one_in == 1 and not self.has_pauses and not self.meter.is_due

    def pause(self, some: bool) -> None:
        """Some buses are not recorded from now on, or all of them are again."""
        self.has_pauses, self.has_left_out = some, self.has_left_out or some
        self.tune()

    def measured(self) -> Optional[MeasuredDispatch]:
        """To measure the dispatch that comes now, whose handlers its adapter calls; mostly None."""
        if not self.meter.is_due:
            return None
        measured = MeasuredDispatch(self.meter)
        self.tune()
        return measured

    def measure_facts(self) -> None:
        """The same where its facts are told one by one."""
        if self.meter.is_due:
            MeasuredFacts(self.meter)
            self.tune()

    def chosen(self, stream: Spends) -> None:
        """`leaves_out` has said no: so many were left out before."""
        self._left_out += self.one_in - 1
        if self._left_out >= _LOOK:
            self.look(stream)

    def look(self, stream: Spends) -> None:
        """Count what being watched has cost, say it, and keep to the budget."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            used, left_out = stream.used, self._left_out
            self.meter.filled(used - self._slots)
            self.meter.own_ns += left_out * self._passing_ns
            self._slots, self._left_out = used, self._left_out - left_out
            self._drop(left_out)
            own_ns, cpu_ns = self.meter.own_ns + stream.opening_ns, self.meter.cpu_ns()
            said = self._budget.look(own_ns, cpu_ns) if self._budget is not None else ""
            if said and self._budget is not None:
                self.change(self._budget.step, self._budget.one_in)
                self._changed(said)
            stream.tell_cost(own_ns, cpu_ns, self.step)
            self.tune()
        finally:
            self._looking.release()

    def close(self, stream: Spends) -> None:
        """Count the last ones too."""
        self._settle()
        self.look(stream)

    def change(self, step: int, one_in: int) -> None:
        """Leave out more, or less."""
        self._settle()
        self.step, self.one_in = step, one_in
        self.leaves_out = itertools.cycle([True] * (one_in - 1) + [False]).__next__
        self.meter.forget()
        if one_in > 1:
            self.has_left_out = True
            self._passing_ns = passing_ns()
        self.tune()

    def _settle(self) -> None:
        """Count those that were left out since the last one that was not."""
        since = self.one_in - 1
        while self.leaves_out():
            since -= 1
        self._left_out += since
