"""Which calls share a row of the timeline: calls of one handler that overlap are stacked in tracks.

An index beside the trace's columns, brought up to date by batch while records arrive; it holds row numbers and
start times only, so that what a picture costs depends on its pixels and not on the calls of the capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bus.trace.same_handler import SameHandler
from buslens.records import Outcome

if TYPE_CHECKING:
    from bus.trace import Trace

MAX_TRACKS = 10
"""Tracks of one handler; calls that overlap even more share the last one."""

FEW = 48
"""Below this many calls of a batch a plain loop is quicker than the vectorised chain (measured)."""

FARTHEST_NS = 1 << 61
"""73 years from zero: no clock of a program is farther off, and differences stay within 64 bits."""

NEVER = np.iinfo(np.int64).max

Int64s = npt.NDArray[np.int64]


class Growing:
    """An array that grows at its end by doubling."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._room: npt.NDArray[np.generic] = np.empty(64, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: npt.NDArray[np.generic]) -> None:
        """Append these values."""
        needed = self._length + len(values)
        if needed > len(self._room):
            room = np.empty(max(needed, 2 * len(self._room)), self._room.dtype)
            room[: self._length] = self._room[: self._length]
            self._room = room
        self._room[self._length : needed] = values
        self._length = needed

    @property
    def values(self) -> npt.NDArray[np.generic]:
        """A view of what is there, valid until the next `extend`."""
        return self._room[: self._length]


class Track:
    """Calls of one handler that follow each other, in order of start."""

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        """The last track of a handler: calls on it may overlap."""
        self._rows = Growing(np.int64)
        self._starts = Growing(np.int64)
        self.failed: Int64s = np.empty(0, np.int64)
        """Positions on this track of calls that failed or timed out, ascending."""
        self.cancelled: Int64s = np.empty(0, np.int64)
        """Positions of calls that were cancelled, ascending."""
        self.running: Int64s = np.empty(0, np.int64)
        """Positions of calls that have not ended, ascending."""

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> Int64s:
        """Row in `trace.calls` of each position."""
        return self._rows.values  # type: ignore[return-value]

    @property
    def starts(self) -> Int64s:
        """Start of each position, never descending: where clocks disagree by a little, the later one."""
        return self._starts.values  # type: ignore[return-value]

    def append(self, rows: Int64s, starts: Int64s) -> Int64s:
        """Add calls; their positions."""
        before = len(self)
        floor = self.starts[-1] if before else np.iinfo(np.int64).min
        self._rows.extend(rows)
        self._starts.extend(np.maximum.accumulate(np.maximum(starts, floor)))
        return np.arange(before, len(self), dtype=np.int64)


class CallTracks:
    """All the tracks of a trace, and where on them each call lies."""

    def __init__(self) -> None:
        self.same = SameHandler()
        self.lanes: dict[int, list[Track]] = {}
        """Tracks of each handler, by the first of its name ids, uppermost first."""
        self.failed_rows: Int64s = np.empty(0, np.int64)
        """Rows of failed calls, ascending."""
        self._handler = Growing(np.uint32)
        self._depth = Growing(np.uint8)
        self._position = Growing(np.uint32)
        self._open: Int64s = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._depth)

    @property
    def running_count(self) -> int:
        """How many calls had not ended at the last update."""
        return len(self._open)

    def place(self, row: int) -> tuple[int, int]:
        """Track number within its lane, and position on that track, of a call."""
        return int(self._depth.values[row]), int(self._position.values[row])

    def handler(self, row: int) -> int:
        """The key in `lanes` of a call."""
        return int(self._handler.values[row])

    def update(self, trace: Trace) -> None:
        """Take in the calls that started and those that ended since the last time."""
        self.same.update(trace.names)
        known, total = len(self), len(trace.calls)
        ended = trace.calls.ended_ns
        new = np.arange(known, total, dtype=np.int64)
        if total > known:
            self._stack(trace, new, ended)
        watched = np.concatenate([self._open, new])
        over = ended[watched] >= 0
        self._open = watched[~over]
        self._settle(trace, watched[over], new[ended[new] < 0], ended)

    def _stack(self, trace: Trace, new: Int64s, ended: Int64s) -> None:
        handlers, starts = self.same.firsts(trace.calls.handler[new]), within_reason(trace.calls.started_ns[new])
        order = np.lexsort((starts, handlers))
        borders = np.flatnonzero(np.diff(handlers[order])) + 1
        depth, position = np.empty(len(new), np.uint8), np.empty(len(new), np.uint32)
        for part in np.split(order, borders):
            tracks = self.lanes.setdefault(int(handlers[part[0]]), [])
            self._stack_lane(tracks, new[part], starts[part], ended, part, depth, position)
        self._handler.extend(handlers)
        self._depth.extend(depth)
        self._position.extend(position)

    def _stack_lane(
        self,
        tracks: list[Track],
        rows: Int64s,
        starts: Int64s,
        ended: Int64s,
        part: Int64s,
        depth: npt.NDArray[np.uint8],
        position: npt.NDArray[np.uint32],
    ) -> None:
        """First fit: each call goes to the uppermost track that is free when it starts."""
        ends = ended[rows]
        ends = np.where(ends < 0, NEVER, ends)
        left = np.arange(len(rows), dtype=np.int64)
        for number in range(MAX_TRACKS):
            if number == len(tracks):
                tracks.append(Track(shared=number == MAX_TRACKS - 1))
            track = tracks[number]
            fits = left if track.shared else left[_chain(starts[left], ends[left], _free_from(track, ended))]
            if len(fits):
                depth[part[fits]] = number
                position[part[fits]] = track.append(rows[fits], starts[fits])
                left = np.setdiff1d(left, fits, assume_unique=True)
            if not len(left):
                return

    def _settle(self, trace: Trace, over: Int64s, opened: Int64s, ended: Int64s) -> None:
        if not len(over) and not len(opened):
            return
        outcome = trace.calls.outcome[over]
        bad = over[(outcome == Outcome.FAILED) | (outcome == Outcome.TIMED_OUT)]
        if len(bad):
            self.failed_rows = merged(self.failed_rows, bad)
        for track, failed in self._by_track(bad):
            track.failed = merged(track.failed, failed)
        for track, cancelled in self._by_track(over[outcome == Outcome.CANCELLED]):
            track.cancelled = merged(track.cancelled, cancelled)
        for track, started in self._by_track(opened):
            track.running = merged(track.running, started)
        for track, _ in self._by_track(over):
            if len(track.running):
                track.running = track.running[ended[track.rows[track.running]] < 0]

    def _by_track(self, rows: Int64s) -> list[tuple[Track, Int64s]]:
        """The tracks that these calls lie on, each with the positions there."""
        if not len(rows):
            return []
        handlers, depth = self._handler.values[rows].astype(np.int64), self._depth.values[rows].astype(np.int64)
        order = np.lexsort((depth, handlers))
        moved = (np.diff(handlers[order]) != 0) | (np.diff(depth[order]) != 0)
        parts = np.split(order, np.flatnonzero(moved) + 1)
        positions = self._position.values[rows].astype(np.int64)
        return [(self.lanes[int(handlers[part[0]])][int(depth[part[0]])], positions[part]) for part in parts]


def within_reason(times: Int64s) -> Int64s:
    """Times that differences can be taken of: a hostile capture may claim any."""
    return np.clip(times, -FARTHEST_NS, FARTHEST_NS)


def merged(known: Int64s, more: Int64s) -> Int64s:
    """Both, ascending; `more` mostly lies behind what is known."""
    more = np.sort(more)
    if not len(known) or known[-1] < more[0]:
        return np.concatenate([known, more])
    return np.sort(np.concatenate([known, more]))


def _free_from(track: Track, ended: Int64s) -> int:
    """When the last call on a track ends; nothing else may start there before."""
    if not len(track):
        return int(np.iinfo(np.int64).min)
    end = int(ended[track.rows[-1]])
    return int(NEVER) if end < 0 else end


def _chain(starts: Int64s, ends: Int64s, free_from: int) -> Int64s:
    """Which calls, taken greedily in order of start, follow each other without overlap."""
    if len(starts) < FEW:
        taken = []
        for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            if start >= free_from:
                taken.append(index)
                free_from = max(start, end)
        return np.array(taken, np.int64)
    return _long_chain(starts, ends, free_from)


def _long_chain(starts: Int64s, ends: Int64s, free_from: int) -> Int64s:
    """The same without a loop over calls: the successor of each is looked up, then followed by doubling."""
    count = len(starts)
    first = int(np.searchsorted(starts, free_from))
    if first == count:
        return np.empty(0, np.int64)
    indices = np.arange(count, dtype=np.int64)
    following = np.maximum(np.searchsorted(starts, ends), indices + 1)
    if bool((following == indices + 1)[first:].all()):
        return indices[first:]
    following = np.append(following, count)
    taken = np.array([first], np.int64)
    while taken[-1] < count:
        taken = np.concatenate([taken, following[taken]])
        following = following[following]
    return taken[: np.searchsorted(taken, count)]
