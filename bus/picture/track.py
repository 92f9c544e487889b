"""One row of the timeline: calls that follow each other, and beside them what they come to block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.picture.pyramid import CALLS, Blocks, Int64s, Pyramid, calls_as_blocks
from bus.picture.sorted_numbers import SortedNumbers
from bus.trace.columns import Columns
from buslens.records import Outcome

if TYPE_CHECKING:
    from bus.trace.tables import Calls

WAITING = 256
"""Calls that wait at most until they are taken into blocks together; a picture looks at each of them."""

_STAGGER = 7 << CALLS
"""Calls between the turns of two tracks: where calls come equally fast on all of them, all would sum up in the same
frame (6 ms at 40 lanes, measured)."""


class Track:
    """Calls of one lane that follow each other, in order of start."""

    def __init__(self, *, shared: bool, number: int = 0, waiting: int = WAITING) -> None:
        """number: of the track, in the order in which they came up. waiting: calls until some become blocks."""
        self.shared = shared
        """The last track of a lane: calls on it may overlap."""
        self._waiting = waiting
        self._turn = number * _STAGGER % waiting
        self.blocks = Pyramid()
        """Its older calls, level by level."""
        self._calls = Columns(row=np.uint32, start=np.int64)
        self._failed = SortedNumbers()
        self.running: Int64s = np.empty(0, np.int64)
        """Positions of calls that have not ended, ascending."""

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def rows(self) -> npt.NDArray[Any]:
        """Row in `trace.calls` of each position."""
        return self._calls.view("row")

    @property
    def starts(self) -> Int64s:
        """Start of each position, never descending: where clocks disagree by a little, the later one."""
        return self._calls.view("start")

    @property
    def failed(self) -> Int64s:
        """Positions on this track of calls that failed or timed out, ascending."""
        return self._failed.values

    @property
    def nbytes(self) -> int:
        """Memory of all, room to grow included."""
        return self._calls.nbytes + self._failed.nbytes + self.blocks.nbytes + self.running.nbytes

    def append(self, rows: Int64s, starts: Int64s) -> Int64s:
        """Add calls behind those of the track; gives their positions on it."""
        before = len(self)
        floor = self.starts[-1] if before else np.iinfo(np.int64).min
        self._calls.append(len(rows), row=rows, start=np.maximum.accumulate(np.maximum(starts, floor)))
        return np.arange(before, len(self), dtype=np.int64)

    def keep(self, calls: Calls) -> None:
        """Take calls into blocks, each time that so many more are there."""
        if (len(self) + self._turn) // self._waiting > (self.blocks.calls + self._turn) // self._waiting:
            self._sum_up(np.arange(self.blocks.calls >> CALLS, len(self) >> CALLS), calls)

    def fail(self, positions: Int64s) -> None:
        """Take in which calls failed."""
        self._failed.add(positions)

    def end(self, calls: Calls) -> None:
        """Take in which of the running calls have ended."""
        ended = calls.ended_ns[self.rows[self.running]] >= 0
        late = self.running[ended]
        self.running = self.running[~ended]
        late = late[: late.searchsorted(self.blocks.calls)]
        if len(late):
            self._sum_up(np.unique(late >> CALLS), calls)

    def durations(self, first: int, behind: int, calls: Calls) -> tuple[int, int]:
        """Sum and longest of the durations of the calls between two positions; those that run count nothing."""
        low, high = -(-first >> CALLS) << CALLS, min(behind, self.blocks.calls) >> CALLS << CALLS
        if low >= high:
            return _durations(self._each(np.arange(first, behind), calls))
        ends = [self._each(np.arange(start, end), calls) for start, end in ((first, low), (high, behind))]
        sums = [self.blocks.over(low, high), *map(_durations, ends)]
        return sum(busy for busy, _ in sums), max(longest for _, longest in sums)

    def _sum_up(self, blocks: Int64s, calls: Calls) -> None:
        members = (blocks[:, None] << CALLS) + np.arange(1 << CALLS)
        self.blocks.put(blocks, self._each(members.ravel(), calls))

    def _each(self, positions: Int64s, calls: Calls) -> Blocks:
        rows = self.rows[positions]
        outcome = calls.outcome[rows]
        told = failed(outcome), cancelled(outcome), never_ran(outcome)
        return calls_as_blocks(self.starts[positions], calls.ended_ns[rows], *told)


def failed(outcome: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of these went wrong."""
    return np.asarray((outcome == Outcome.FAILED) | (outcome == Outcome.TIMED_OUT))


def cancelled(outcome: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of these were ended before their end."""
    return np.asarray(outcome == Outcome.CANCELLED)


def never_ran(outcome: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of these outcomes say that the handler's body never ran."""
    return np.asarray(outcome == Outcome.NEVER_RAN)


def _durations(blocks: Blocks) -> tuple[int, int]:
    return int(blocks["busy"].sum()), int(blocks["longest"].max(initial=0))
