"""Which calls kept a thread, or a handler, busy in a stretch of time; for so many stretches of one path, no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bus.analysis.why.telling import Rows
from bus.trace.trace import Trace
from buslens.records import Flag

MOST_LOOKS = 100
"""Stretches of one path that are looked into; each costs a pass over the calls of that time."""

MOST_SPANS = 400
"""Calls that are told apart in one stretch, the longest ones."""

_NOT_PLAIN = Flag.ASYNC | Flag.UNTIMED


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A call, and the part of it that lies in a stretch of time."""

    call: int
    """Its row."""

    start_ns: int
    end_ns: int


class Busy:
    """Plain calls of one stretch of time, to be asked about parts of it."""

    def __init__(self, trace: Trace, start_ns: int, end_ns: int) -> None:
        self._calls = trace.calls
        self._start, self._end = start_ns, end_ns
        self._rows: Rows | None = None
        self.looks_left = MOST_LOOKS
        """Stretches that may still be looked into."""

    def on_lane(self, lane: int, start_ns: int, end_ns: int, but: int = -1) -> list[BusySpan]:
        """Plain calls that lie on this thread in a stretch, the outermost, in order; none once looks are used up.

        A call that goes on through all of it holds what lies in it, and is not told. but: the row of a call left out.
        """
        if not lane:
            return []
        return self._look("lane", lane, start_ns, end_ns, but)

    def of_handler(self, handler: int, start_ns: int, end_ns: int, but: int = -1) -> list[BusySpan]:
        """The same of one handler (its name id), on whatever thread, coroutines included."""
        return self._look("handler", handler, start_ns, end_ns, but)

    def _look(self, column: str, value: int, start_ns: int, end_ns: int, but: int) -> list[BusySpan]:
        if end_ns <= start_ns or self.looks_left <= 0:
            return []
        self.looks_left -= 1
        calls = self._calls
        rows = self._in_time()
        mine = calls.columns.view(column)[rows] == value
        if column == "lane":
            mine &= calls.flags[rows] & _NOT_PLAIN == 0
        rows = rows[mine]
        starts, ends = self._spans(rows)
        inside = (starts < end_ns) & (ends > start_ns) & ((starts > start_ns) | (ends < end_ns)) & (rows != but)
        return _outermost(rows[inside], starts[inside], ends[inside], start_ns, end_ns)

    def _in_time(self) -> Rows:
        """Rows of the calls that lie in the whole stretch, found once."""
        if self._rows is None:
            calls = self._calls
            ended = calls.ended_ns
            self._rows = np.flatnonzero((calls.started_ns < self._end) & ((ended < 0) | (ended > self._start)))
        return self._rows

    def _spans(self, rows: Rows) -> tuple[Rows, Rows]:
        ended = self._calls.ended_ns[rows]
        return self._calls.started_ns[rows], np.where(ended < 0, self._end, ended)


def _outermost(rows: Rows, starts: Rows, ends: Rows, start_ns: int, end_ns: int) -> list[BusySpan]:
    """Those that lie in no other, cut to the stretch, without overlap."""
    if not len(rows):
        return []
    starts, ends = np.maximum(starts, start_ns), np.minimum(ends, end_ns)
    order = np.lexsort((-ends, starts))
    rows, starts, ends = rows[order], starts[order], ends[order]
    reached = np.concatenate([[start_ns], np.maximum.accumulate(ends)[:-1]])
    outer = np.flatnonzero(ends > reached)
    rows, starts, ends = rows[outer], np.maximum(starts[outer], reached[outer]), ends[outer]
    longest = np.sort(np.argsort(starts - ends, kind="stable")[:MOST_SPANS])
    return [
        BusySpan(row, start, end)
        for row, start, end in zip(
            rows[longest].tolist(), starts[longest].tolist(), ends[longest].tolist(), strict=True
        )
        if end > start
    ]
