"""When events were emitted, and which of them nobody heard: what the uppermost lane of the timeline shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bus.picture.pyramid import Int64s
from bus.picture.sorted_numbers import SortedNumbers
from bus.picture.tracks import within_reason
from bus.trace.columns import Columns
from buslens.records import Outcome

if TYPE_CHECKING:
    from bus.trace import Trace


class EmitIndex:
    """When events were emitted and which were lost, ready to be drawn; brought up to date by batch."""

    def __init__(self) -> None:
        self._times = Columns(time_ns=np.int64)
        self._lost = SortedNumbers()
        self._open: Int64s = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._times)

    @property
    def times(self) -> Int64s:
        """Emit time of each dispatch, never descending: where clocks disagree by a little, the later one."""
        return self._times.view("time_ns")

    @property
    def lost(self) -> Int64s:
        """Rows of dispatches that were lost, ascending."""
        return self._lost.values

    def update(self, trace: Trace) -> None:
        """Take in the dispatches that are new, and those whose fate became known."""
        known, total = len(self), len(trace.dispatches)
        new = np.arange(known, total, dtype=np.int64)
        if total > known:
            times = within_reason(trace.dispatches.emitted_ns[known:])
            floor = self.times[-1] if known else np.iinfo(np.int64).min
            self._times.append(total - known, time_ns=np.maximum.accumulate(np.maximum(times, floor)))
        watched = np.concatenate([self._open, new])
        if not len(watched):
            return
        outcome = trace.dispatches.outcome[watched]
        self._open = watched[outcome == Outcome.RUNNING]
        self._lost.add(watched[outcome == Outcome.LOST])
