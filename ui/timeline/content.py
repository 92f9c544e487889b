"""What the timeline knows of a trace: its lanes, the calls on them, and how far the picture has come.

Freezing stops here: the index is not brought up to date any more while the trace goes on growing underneath.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bus.picture.backlog import Backlog
from bus.picture.emits import EmitIndex
from bus.picture.lane_marks import LaneMarks
from bus.picture.pyramid import Int64s
from bus.picture.tracks import FARTHEST_NS, CallTracks
from bus.session import Session
from bus.trace import Trace
from buslens.records import Outcome
from ui.state import LIVE
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.lanes import Lane, Lanes, arrange
from ui.timeline.matches import Matches
from ui.timeline.sizes import TimelineSizes


class Indexes(NamedTuple):
    """What is kept beside a trace so that a picture of it costs its pixels."""

    tracks: CallTracks
    emits: EmitIndex
    backlog: Backlog
    marks: LaneMarks


class Content:
    """An index beside one trace; a new one is made where the trace is replaced."""

    def __init__(self, trace: Trace, choices: LaneChoices | None = None, indexes: Indexes | None = None) -> None:
        self.trace = trace
        self.choices = choices or LaneChoices()
        self.group = self.choices.group
        fresh = indexes or Indexes(CallTracks(self.group), EmitIndex(), Backlog(), LaneMarks())
        self.tracks, self.emits, self.backlog, self.marks = fresh
        self.lanes = Lanes()
        self.sizes = TimelineSizes()
        self.matches: Matches | None = None
        """What does not match is dimmed; None where nothing is filtered out."""
        self.first_ns = 0
        self.last_ns = 0
        """Time of the newest record taken in."""
        self.now_ns = 0
        """Where running calls reach to."""
        self._shape: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw, not even a lane."""
        return not len(self.emits) and not len(self.tracks) and not len(self.lanes)

    @property
    def records(self) -> int:
        """How many emits and calls are in the picture."""
        return len(self.emits) + len(self.tracks)

    @property
    def waiting(self) -> int:
        """How many emits and calls the trace has that the picture does not have yet."""
        return len(self.trace.dispatches) + len(self.trace.calls) - self.records

    def still_describes(self, trace: Trace) -> bool:
        """False where the trace is another one, or was emptied."""
        return trace is self.trace and len(trace.calls) >= len(self.tracks) and len(trace.dispatches) >= len(self.emits)

    def update(self, session: Session) -> bool:
        """Take in what is new; whether anything was."""
        state = session.engine_state
        return self.take_in(state.virtual_ns if state.phase in LIVE else None)

    def take_in(self, clock_ns: int | None) -> bool:
        """Take in what is new in the trace; whether anything was.

        clock_ns: what time it is where an engine lives, None where running calls reach to the last record.

        Whether anything was new.
        """
        before = self._held()
        self.tracks.update(self.trace)
        self.emits.update(self.trace)
        self.backlog.update(self.trace)
        self.marks.update(self.trace, self.tracks, self.emits)
        self.first_ns, self.last_ns = (max(-FARTHEST_NS, min(FARTHEST_NS, time)) for time in self.trace.span_ns)
        self.now_ns = self.last_ns if clock_ns is None or not self.records else max(self.last_ns, clock_ns)
        self._arrange()
        return before != self._held()

    def fit(self, sizes: TimelineSizes) -> None:
        """Make lanes as high as letters need."""
        if sizes != self.sizes:
            self.sizes, self._shape = sizes, ()
            self._arrange()

    def rearrange(self) -> None:
        """Put the lanes in the order that is wanted now."""
        self._arrange()

    def stretch(self, kind: str, row: int) -> tuple[int, int]:
        """From when to when something lasts: an emit is a moment, a running call lasts until now."""
        if kind == "dispatch":
            emitted = int(self.trace.dispatches.emitted_ns[row])
            return emitted, emitted
        started, ended = int(self.trace.calls.started_ns[row]), int(self.trace.calls.ended_ns[row])
        return started, max(started, self.now_ns if ended < 0 or ended > self.now_ns else ended)

    def extent(self, kind: str, row: int) -> tuple[int, int]:
        """From when to when a call lasts, or an emit until its last call ends: what is worth filling the view with."""
        start, end = self.stretch(kind, row)
        if kind == "dispatch":
            waiting = int(self.trace.dispatches.outcome[row]) == Outcome.RUNNING
            end = max(end, self.now_ns if waiting else min(self.now_ns, int(self.trace.dispatches.ended_ns[row])))
        return start, end

    def top_of(self, row: int) -> int:
        """Where the track of a call begins, from the top of the first lane."""
        lane = self.lane_of(row)
        return lane.track_top(self.tracks.place(row)[0]) if lane else 0

    def lane_of(self, row: int) -> Lane | None:
        """The lane of a call."""
        return self.lanes.of(self.tracks.handler(row))

    def event_of_dispatch(self, row: int) -> str:
        """Name of what was emitted."""
        return self.trace.names.text(int(self.trace.dispatches.event[row]))

    def event_of_call(self, row: int) -> str:
        """Name of the event that a call handles; empty where its dispatch is not in the capture."""
        cause = self.trace.dispatches.row_of(int(self.trace.calls.dispatch[row]))
        return self.event_of_dispatch(cause) if cause >= 0 else ""

    def events_of_calls(self, rows: Int64s) -> list[str]:
        """Names of the events of several calls, by row."""
        dispatches = self.trace.dispatches
        causes = dispatches.rows_of(self.trace.calls.dispatch[rows])
        known = np.flatnonzero(causes >= 0)
        names = [""] * len(rows)
        for at, event in zip(known.tolist(), dispatches.event[causes[known]].tolist(), strict=True):
            names[at] = self.trace.names.text(event)
        return names

    def _held(self) -> tuple[int, ...]:
        """Changes with everything that there is to see."""
        lanes, told = len(self.lanes), (len(self.backlog), len(self.marks))
        return (self.records, self.tracks.running_count, self.now_ns, lanes, *told)

    def _arrange(self) -> None:
        # What has a name has a lane from its registration on; flows and threads when they come up.
        grouping, told = self.tracks.grouping, self.trace.processes.revision
        handlers = grouping.registered
        many = len(self.marks.lanes), sum(map(len, self.tracks.lanes.values()))
        shape = (len(handlers), *many, self.choices.revision, told)
        if shape == self._shape:
            return
        self._shape = shape
        order = grouping.ordered({*self.tracks.lanes, *self.marks.lanes})
        order = self.choices.arranged(order, self._title)
        processes = [grouping.process_title(self.trace, lane) for lane in order] if grouping.by_process else ()
        titles = [self._title(handler) for handler in order]
        self.lanes = arrange(order, titles, self.tracks, self.sizes, processes)

    def _title(self, handler: int) -> str:
        return self.tracks.grouping.title(self.trace, handler)
