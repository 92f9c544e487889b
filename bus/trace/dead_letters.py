"""When events became dead letters, and after which call: what the timeline marks at any zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bus.trace.columns import Columns
from bus.trace.pyramid import Int64s
from bus.trace.tracks import within_reason
from buslens.records import Kind

if TYPE_CHECKING:
    from bus.trace import Trace


class DeadLetters:
    """An index beside the trace's deliveries, brought up to date by batch."""

    def __init__(self) -> None:
        self._taken_in = 0
        self._found = Columns(time_ns=np.int64, row=np.int64)

    def __len__(self) -> int:
        return len(self._found)

    def update(self, trace: Trace) -> None:
        """Take in the deliveries that are new."""
        told, known, total = trace.deliveries, self._taken_in, len(trace.deliveries)
        self._taken_in = total
        rows = known + np.flatnonzero(told.view("kind")[known:total] == Kind.DEAD_LETTERED)
        if not len(rows):
            return
        times, calls = within_reason(told.view("time_ns")[rows]), trace.calls.rows_of(told.view("call")[rows])
        floor = self._found.view("time_ns")[-1] if len(self) else np.iinfo(np.int64).min
        # Where clocks disagree by a little, the later time: they are searched.
        self._found.append(len(rows), time_ns=np.maximum.accumulate(np.maximum(times, floor)), row=calls)

    def between(self, start_ns: int, end_ns: int) -> tuple[Int64s, Int64s]:
        """Times, and rows of the calls in vain; -1 where the capture does not have the call."""
        times = self._found.view("time_ns")
        here = slice(*times.searchsorted((start_ns, end_ns + 1)).tolist())
        return times[here], self._found.view("row")[here]
