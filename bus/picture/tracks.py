"""Which calls share a row of the timeline: calls of one handler that overlap are stacked in tracks.

An index beside the trace's columns, brought up to date by batch while records arrive; it holds row numbers and
start times only, so that what a picture costs depends on its pixels and not on the calls of the capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.picture.grouping import MOST_LANES, OTHERS, Group, Grouping
from bus.picture.pyramid import Int64s
from bus.picture.sorted_numbers import SortedNumbers
from bus.picture.track import WAITING, Track, failed, never_ran
from bus.trace.columns import Columns

if TYPE_CHECKING:
    from bus.trace import Trace

MAX_TRACKS = 10
"""Tracks of one handler; calls that overlap even more share the last one."""

FEW = 48
"""Below this many calls of a batch a plain loop is quicker than the vectorised chain (measured)."""

AT_ONCE = 1 << 19
"""Calls that are stacked together."""

FARTHEST_NS = 1 << 61
"""73 years from zero: no clock of a program is farther off, and differences stay within 64 bits."""

NEVER = np.iinfo(np.int64).max


class CallTracks:
    """All the tracks of a trace, and where on them each call lies."""

    def __init__(
        self, group: Group = "handler", *, most_lanes: int = MOST_LANES, few: int = FEW, waiting: int = WAITING
    ) -> None:
        """few: fewer calls of a batch are looked at one by one; waiting: calls of a track until some become blocks."""
        self.group: Group = group
        self.most_lanes = most_lanes
        self._few, self._waiting = few, waiting
        self.grouping = Grouping(group, most_lanes)
        self.lanes: dict[int, list[Track]] = {}
        """Tracks of each lane, by its number, uppermost first."""
        self._count = 0
        """How many tracks there are."""
        self._failed = SortedNumbers()
        self._never_ran = SortedNumbers()
        self._places = Columns(handler=np.uint32, depth=np.uint8, position=np.uint32)
        """Where each call lies."""
        self._open: Int64s = np.empty(0, np.int64)
        self._busy: set[Track] = set()
        """Tracks with calls that have not ended."""

    def __len__(self) -> int:
        return len(self._places)

    @property
    def failed_rows(self) -> Int64s:
        """Rows of failed calls, ascending."""
        return self._failed.values

    @property
    def never_ran_rows(self) -> Int64s:
        """Rows of calls whose body never ran, ascending."""
        return self._never_ran.values

    @property
    def running_count(self) -> int:
        """How many calls had not ended at the last update."""
        return len(self._open)

    @property
    def nbytes(self) -> int:
        """Memory of all tracks, room to grow included."""
        tracks = sum(track.nbytes for lane in self.lanes.values() for track in lane)
        return tracks + self._places.nbytes + self._failed.nbytes + self._never_ran.nbytes + self._open.nbytes

    def place(self, row: int) -> tuple[int, int]:
        """Track number within its lane, and position on that track, of a call."""
        return int(self._places.view("depth")[row]), int(self._places.view("position")[row])

    def handler(self, row: int) -> int:
        """The key in `lanes` of a call."""
        return int(self._places.view("handler")[row])

    def handlers(self, rows: Int64s) -> Int64s:
        """Name id of the handler of each of these calls."""
        return self._places.view("handler")[rows].astype(np.int64)

    def update(self, trace: Trace) -> None:
        """Take in the calls that started and those that ended since the last time."""
        self.grouping.update(trace)
        ended = trace.calls.ended_ns
        self._settle(trace, self._open, ended)
        for start in range(len(self), len(trace.calls), AT_ONCE):
            new = np.arange(start, min(start + AT_ONCE, len(trace.calls)), dtype=np.int64)
            self._stack(trace, new, ended)
            self._settle(trace, new, ended)

    def _stack(self, trace: Trace, new: Int64s, ended: Int64s) -> None:
        handlers = self.grouping.lanes_of(trace, slice(int(new[0]), int(new[-1]) + 1))
        starts = within_reason(trace.calls.started_ns[new[0] : new[-1] + 1])
        depth, position = np.empty(len(new), np.uint8), np.empty(len(new), np.uint32)
        parts = _by_handler(handlers)
        if len(self.lanes) + len(parts) > self.most_lanes:
            handlers = self._bounded(handlers, [int(handlers[part[0]]) for part in parts])
            parts = _by_handler(handlers)
        for part in parts:
            begun = starts[part]
            if bool((begun[1:] < begun[:-1]).any()):
                order = np.argsort(begun, kind="stable")
                part, begun = part[order], begun[order]
            tracks = self.lanes.setdefault(int(handlers[part[0]]), [])
            self._stack_lane(tracks, new[part], begun, ended, part, depth, position)
            for track in tracks:
                track.keep(trace.calls)
        self._places.append(len(new), handler=handlers, depth=depth, position=position)

    def _bounded(self, handlers: Int64s, distinct: list[int]) -> Int64s:
        """These handlers, but OTHERS in place of each one that would be a lane too many."""
        unknown = [handler for handler in distinct if handler not in self.lanes]
        known = [*self.lanes, *unknown[: max(0, self.most_lanes - len(self.lanes))]]
        return np.where(np.isin(handlers, np.array(known)), handlers, OTHERS)

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
                tracks.append(Track(shared=number == MAX_TRACKS - 1, number=self._count, waiting=self._waiting))
                self._count += 1
            track = tracks[number]
            chain = slice(None) if track.shared else self._chain(starts[left], ends[left], _free_from(track, ended))
            fits = left[chain]
            if len(fits):
                depth[part[fits]] = number
                position[part[fits]] = track.append(rows[fits], starts[fits])
                if len(fits) == len(left):
                    return
                still = np.ones(len(left), np.bool_)
                still[chain] = False
                left = left[still]

    def _chain(self, starts: Int64s, ends: Int64s, free_from: int) -> Int64s:
        """Which calls, taken greedily in order of start, follow each other without overlap."""
        if starts[0] >= free_from and bool((starts[1:] >= ends[:-1]).all()):
            return np.arange(len(starts))
        if len(starts) < self._few:
            return _short_chain(starts, ends, free_from)
        return _long_chain(starts, ends, free_from)

    def _settle(self, trace: Trace, watched: Int64s, ended: Int64s) -> None:
        """Say of these calls, which were open or are new, how they ended or that they run."""
        ends = ended[watched] >= 0
        opened, over = watched[~ends], watched[ends]
        new = bool(len(watched)) and watched is not self._open
        self._open = np.concatenate([self._open, opened]) if new else opened
        for track in list(self._busy) if len(over) and not new else ():
            track.end(trace.calls)
            if not len(track.running):
                self._busy.discard(track)
        bad = over[failed(trace.calls.outcome[over])]
        self._failed.add(bad)
        self._never_ran.add(over[never_ran(trace.calls.outcome[over])])
        for track, positions in self._by_track(bad):
            track.fail(positions)
        for track, started in self._by_track(opened) if new else ():
            track.running = np.sort(np.concatenate([track.running, started]))
            self._busy.add(track)

    def _by_track(self, rows: Int64s) -> list[tuple[Track, Int64s]]:
        """The tracks that these calls lie on, each with the positions there."""
        if not len(rows):
            return []
        places = self._places
        handlers, depth = places.view("handler")[rows].astype(np.int64), places.view("depth")[rows]
        order = np.lexsort((depth, handlers))
        moved = (np.diff(handlers[order]) != 0) | (depth[order][1:] != depth[order][:-1])
        parts = np.split(order, np.flatnonzero(moved) + 1)
        positions = places.view("position")[rows].astype(np.int64)
        return [(self.lanes[int(handlers[part[0]])][int(depth[part[0]])], positions[part]) for part in parts]


def _by_handler(handlers: npt.NDArray[Any]) -> list[npt.NDArray[np.int64]]:
    """Where each handler occurs, ascending."""
    # NumPy sorts numbers of 16 bits by counting, ten times as fast as longer ones.
    short = handlers.astype(np.uint16) if int(handlers.max()) < 1 << 16 else handlers
    order = np.argsort(short, kind="stable")
    found = short[order]
    return np.split(order, np.flatnonzero(found[1:] != found[:-1]) + 1)


def within_reason(times: Int64s) -> Int64s:
    """Times that differences can be taken of: a hostile capture may claim any."""
    return np.clip(times, -FARTHEST_NS, FARTHEST_NS)


def _free_from(track: Track, ended: Int64s) -> int:
    """When the last call on a track ends; nothing else may start there before."""
    if not len(track):
        return int(np.iinfo(np.int64).min)
    end = int(ended[track.rows[-1]])
    return int(NEVER) if end < 0 else end


def _short_chain(starts: Int64s, ends: Int64s, free_from: int) -> Int64s:
    """Which calls, taken greedily in order of start, follow each other without overlap; one by one."""
    taken = []
    for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= free_from:
            taken.append(index)
            free_from = max(start, end)
    return np.array(taken, np.int64)


def _long_chain(starts: Int64s, ends: Int64s, free_from: int) -> Int64s:
    """Calls that fit behind each other on one track, found without a loop over calls.

    The successor of each is looked up, then followed by doubling.
    """
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
