"""What stands in a lane and is not a call: emits that nobody heard, handlers that were skipped, and dead letters.

An index beside the tracks, brought up to date by batch. Each lane has lists of its own in order of time, so that one
mark is found among any number of others, at any zoom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from bus.picture.emits import EmitIndex
from bus.picture.grouping import NOWHERE, OTHERS
from bus.picture.pyramid import Int64s
from bus.picture.tracks import CallTracks, within_reason
from bus.trace.columns import Columns
from bus.trace.joining import DURABLE
from buslens.records import Kind

if TYPE_CHECKING:
    from bus.trace import Trace

Sort = Literal["lost", "skipped", "dead"]

SORTS: tuple[Sort, ...] = ("lost", "skipped", "dead")


class MarkIndex:
    """All marks of one sort: when each was, ascending, and a row that says more."""

    def __init__(self) -> None:
        self._columns = Columns(time_ns=np.int64, row=np.int64)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def times(self) -> Int64s:
        """When each mark was, in nanoseconds, ascending."""
        return self._columns.view("time_ns")

    @property
    def rows(self) -> Int64s:
        """lost: of the dispatch; skipped: of `trace.skipped`; dead: of the call in vain, -1 where it is not known."""
        return self._columns.view("row")

    def add(self, times: Int64s, rows: Int64s) -> None:
        """Take in these; mostly they are later than those before."""
        if not len(times):
            return
        if bool((np.diff(times) < 0).any()) or (len(self) and times[0] < self.times[-1]):
            times, rows = np.concatenate([self.times, times]), np.concatenate([self.rows, rows])
            order = np.argsort(times, kind="stable")
            times, rows = times[order], rows[order]
            self._columns = Columns(time_ns=np.int64, row=np.int64)
        self._columns.append(len(times), time_ns=times, row=rows)


class LaneMarks:
    """All marks of a trace, by lane and together."""

    def __init__(self) -> None:
        self.lanes: dict[int, dict[Sort, MarkIndex]] = {}
        """By the lane's number; a lane that has none is not there."""

        self.all: dict[Sort, MarkIndex] = {sort: MarkIndex() for sort in SORTS}
        """Also those that have no lane: where lanes are of handlers a lost event has none."""

        self._lost: Int64s = np.empty(0, np.int64)
        self._skipped = 0
        self._told = 0

    def __len__(self) -> int:
        return sum(map(len, self.all.values()))

    def of(self, lane: int, sort: Sort) -> int:
        """How many a lane has."""
        return len(self.lanes.get(lane, {}).get(sort, ()))

    def update(self, trace: Trace, tracks: CallTracks, emits: EmitIndex) -> None:
        """Take in what is new; `tracks` and `emits` have it already."""
        self._take_lost(trace, tracks, emits)
        self._take_skipped(trace, tracks)
        self._take_dead(trace, tracks)

    def _take_lost(self, trace: Trace, tracks: CallTracks, emits: EmitIndex) -> None:
        known, lost = self._lost, emits.lost
        if len(lost) == len(known):
            return
        self._lost = lost
        grown = not len(known) or lost[len(known) - 1] == known[-1]
        rows = lost[len(known) :] if grown else np.setdiff1d(lost, known, assume_unique=True)
        self._put("lost", emits.times[rows], rows, tracks.grouping.lanes_of_dispatches(trace, rows), tracks)

    def _take_skipped(self, trace: Trace, tracks: CallTracks) -> None:
        skipped, known = trace.skipped, self._skipped
        self._skipped = len(skipped)
        if self._skipped == known:
            return
        dispatches = trace.dispatches.rows_of(skipped.view("dispatch")[known:])
        # What a broker's handler skips is not trouble (bus/trace/fates.py): it reads later events alone.
        seen = trace.dispatches.columns.view("seen")
        here = np.flatnonzero(dispatches >= 0)
        here = here[seen[dispatches[here]] & DURABLE == 0]
        rows = here + known
        lanes = tracks.grouping.lanes_of_skipped(trace, skipped.view("handler")[rows], dispatches[here])
        self._put("skipped", within_reason(skipped.view("time_ns")[rows]), rows, lanes, tracks)

    def _take_dead(self, trace: Trace, tracks: CallTracks) -> None:
        told, known = trace.deliveries, self._told
        self._told = len(told)
        rows = known + np.flatnonzero(told.view("kind")[known : self._told] == Kind.DEAD_LETTERED)
        if not len(rows):
            return
        times, calls = within_reason(told.view("time_ns")[rows]), trace.calls.rows_of(told.view("call")[rows])
        lanes = np.full(len(calls), NOWHERE)
        has_call = (calls >= 0) & (calls < len(tracks))
        lanes[has_call] = tracks.handlers(calls[has_call])
        self._put("dead", times, calls, lanes, tracks)

    def _put(self, sort: Sort, times: Int64s, rows: npt.NDArray[Any], lanes: Int64s, tracks: CallTracks) -> None:
        rows = rows.astype(np.int64)
        self.all[sort].add(times, rows)
        lanes = self._bounded(lanes, tracks)
        # One sort of all of them, then a slice for each lane.
        order = np.argsort(lanes, kind="stable")
        borders = np.flatnonzero(np.diff(lanes[order])) + 1
        for part in np.split(order, borders) if len(order) else ():
            lane = int(lanes[part[0]])
            if lane != NOWHERE:
                self.lanes.setdefault(lane, {}).setdefault(sort, MarkIndex()).add(times[part], rows[part])

    def _bounded(self, lanes: Int64s, tracks: CallTracks) -> Int64s:
        """These lanes, but OTHERS in place of each one that would be a lane too many."""
        new = [lane for lane in np.unique(lanes).tolist() if lane not in self.lanes and lane not in tracks.lanes]
        room = max(0, tracks.most_lanes - len(tracks.lanes) - len(self.lanes))
        beyond = [lane for lane in new if lane != NOWHERE][room:]
        return np.where(np.isin(lanes, beyond), OTHERS, lanes) if beyond else lanes
