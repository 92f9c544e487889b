"""The critical path of a dispatch or call: what each stretch of time until its end was spent with, without a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from bus.analysis.delivery_history import anatomy_of, attempts_of
from bus.analysis.segments import SegmentKind, segments_of
from bus.analysis.why.answer import PartKind, PathPart
from bus.analysis.why.busy import Busy, BusySpan
from bus.analysis.why.telling import Telling
from bus.trace import joining
from buslens.records import Flag, Kind

MOST_LEVELS = 100
"""Calls from one to the next that a path goes through; what lies before that is one part."""

LEAST_SHARE = 200
"""Stretches below this part of the whole are not looked into."""

MOST_DEEP = 20
MOST_PARTS = 2_000

Level = tuple[int, int]
"""Rows of a dispatch, -1 where it is not known, and of its call on the path, -1 where none has begun."""

SEGMENTS = {
    SegmentKind.PUBLISH: (PartKind.PUBLISH, "until the broker had confirmed it"),
    SegmentKind.QUEUE: (PartKind.QUEUE, "in the broker's queue"),
    SegmentKind.REQUEUE: (PartKind.REQUEUE, "until the broker gave it out again"),
    SegmentKind.PREFETCH: (PartKind.PREFETCH, "delivered, and behind others of its consumer"),
}
"""Stretches before a call; those behind it do not delay it."""


def critical_path(telling: Telling, kind: str, row: int, *, whole_flow: bool) -> tuple[PathPart, ...]:
    """From its emit to the end of a call, of a dispatch to its last call's end; whole_flow: from the flow's first emit.

    Parts follow each other and together last as long as the whole. What still runs lasts until the end of the trace.
    """
    return _Path(telling).of(_levels(telling, kind, row, whole_flow=whole_flow))


def _levels(telling: Telling, kind: str, row: int, *, whole_flow: bool) -> list[Level]:
    """From the first emit on the path to what is asked about."""
    level = (telling.dispatch_of(row), row) if kind == "call" else (row, _last_call(telling, row))
    levels = [level]
    while whole_flow and level[0] >= 0 and len(levels) <= MOST_LEVELS:
        call = telling.cause_of(level[0])
        if call < 0 or call in (each for _, each in levels):
            break
        level = telling.dispatch_of(call), call
        levels.append(level)
    return levels[::-1]


def _last_call(telling: Telling, dispatch: int) -> int:
    """The call of a dispatch that ended last, or runs still."""
    rows = telling.calls_of(dispatch)
    if not len(rows):
        return -1
    ended = telling.trace.calls.ended_ns[rows]
    return int(rows[np.argmax(np.where(ended < 0, np.iinfo(np.int64).max, ended))])


class _Path:
    """Lays one path; the parts come in order and never overlap."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._parts: list[PathPart] = []
        self._at = 0
        self._least = 0
        self._busy = Busy(telling.trace, 0, 0)

    def of(self, levels: list[Level]) -> tuple[PathPart, ...]:
        telling, trace = self._telling, self._telling.trace
        first, last_call = levels[0], levels[-1][1]
        begin = self._emitted(first)
        root = trace.dispatches.row_of(int(trace.dispatches.root[first[0]])) if first[0] >= 0 else -1
        is_cut = len(levels) > MOST_LEVELS and root >= 0
        self._at = min(begin, int(trace.dispatches.emitted_ns[root])) if is_cut else begin
        end = max(begin, telling.until(last_call) if last_call >= 0 else trace.span_ns[1])
        self._least = max(1, (end - self._at) // LEAST_SHARE)
        self._busy = Busy(trace, self._at, end)
        if is_cut:
            self._until(begin, PartKind.SHORT, "in calls further up the flow")
        for number, (dispatch, call) in enumerate(levels):
            telling.end_if_unwanted()
            behind = levels[number + 1][0] if number + 1 < len(levels) else -1
            leaves = self._emitted(levels[number + 1]) if behind >= 0 else end
            if call < 0:
                self._until(leaves, PartKind.UNKNOWN, f"until a handler of {telling.event(dispatch)} begins")
                continue
            self._wait(dispatch, call, min(int(trace.calls.started_ns[call]), leaves))
            self._run(call, min(telling.until(call), leaves), 0)
            self._until(
                leaves, PartKind.UNKNOWN, f"after {telling.handler(call)} had ended, in what it had begun", call
            )
        return _merged(self._parts, self._least)

    def _emitted(self, level: Level) -> int:
        dispatch, call = level
        trace = self._telling.trace
        return int(trace.dispatches.emitted_ns[dispatch] if dispatch >= 0 else trace.calls.started_ns[call])

    def _until(self, end: int, kind: PartKind, text: str, call: int = -1) -> None:
        """Spend the time up to `end` with this."""
        if end > self._at:
            self._parts.append(PathPart(kind, text, self._at, end, call))
            self._at = end

    def _around(
        self, spans: Iterable[BusySpan], end: int, tell: Callable[[BusySpan], None], rest: Callable[[int], None]
    ) -> None:
        """Up to `end`: what lies in these spans is told by `tell`, what lies between them by `rest`."""
        for span in spans:
            if span.end_ns <= self._at:
                continue
            if span.start_ns >= end:
                break
            rest(min(span.start_ns, end))
            tell(replace(span, start_ns=self._at, end_ns=min(span.end_ns, end)))
        rest(end)

    # Before a call

    def _wait(self, dispatch: int, call: int, start: int) -> None:
        """From the emit to the start of a call: earlier attempts, its way over a broker, a thread that was held."""
        telling, calls = self._telling, self._telling.trace.calls
        for each in attempts_of(telling.trace, call) if int(calls.attempt[call]) > 1 else []:
            number = int(calls.attempt[each])
            if number < int(calls.attempt[call]):
                self._way(dispatch, each, min(int(calls.started_ns[each]), start))
                text = f"attempt {number} of {telling.handler(each)}"
                self._until(min(telling.until(each), start), PartKind.ATTEMPT, text, each)
        self._way(dispatch, call, start)

    def _way(self, dispatch: int, call: int, end: int) -> None:
        trace = self._telling.trace
        is_durable = dispatch >= 0 and trace.dispatches.columns.view("seen")[dispatch] & joining.DURABLE
        if not is_durable or end - self._at < self._least:
            self._held(dispatch, call, end)
            return
        anatomy = anatomy_of(trace, int(trace.dispatches.id[dispatch]))
        way = [one for one in segments_of(trace, anatomy, dispatch) if one.call == call and one.stage in SEGMENTS]
        stages = {(one.start_ns, one.end_ns): SEGMENTS[one.stage] for one in way}

        def tell(span: BusySpan) -> None:
            # Found by its end: its start may have been cut.
            kind, text = next(told for (_, ended), told in stages.items() if ended >= span.end_ns)
            self._behind(call, span.end_ns, kind, text)

        def rest(until: int) -> None:
            self._held(dispatch, call, until)

        spans = [BusySpan(call, one.start_ns, one.end_ns) for one in way if one.end_ns > one.start_ns]
        self._around(sorted(spans, key=lambda span: span.start_ns), end, tell, rest)

    def _behind(self, call: int, end: int, kind: PartKind, text: str) -> None:
        """A stretch at a broker, and in it the calls of the same handler that went first."""
        calls = self._telling.trace.calls
        spans = (
            self._busy.of_handler(int(calls.handler[call]), self._at, end, call)
            if kind in (PartKind.QUEUE, PartKind.PREFETCH) and end - self._at >= self._least
            else []
        )

        def rest(until: int) -> None:
            self._until(until, kind, text)

        self._around(spans, end, self._blocked, rest)

    def _blocked(self, span: BusySpan) -> None:
        self._until(span.end_ns, PartKind.BLOCKED, f"behind {self._telling.handler(span.call)}", span.call)

    def _held(self, dispatch: int, call: int, end: int) -> None:
        """Between emit and call: plain calls that held the thread on which it ran then."""
        calls = self._telling.trace.calls
        spans = self._busy.on_lane(int(calls.lane[call]), self._at, end, call) if end - self._at >= self._least else []

        def rest(until: int) -> None:
            if self._is_nested(dispatch, call) or until - self._at < self._least:
                self._until(until, PartKind.BUS, "between emit and call")
            else:
                self._until(
                    until, PartKind.UNKNOWN, f"until {self._telling.handler(call)} began: for what is not recorded"
                )

        self._around(spans, end, self._blocked, rest)

    def _is_nested(self, dispatch: int, call: int) -> bool:
        """Whether the emit itself was still going on when the call began, on its thread: then the bus had it."""
        calls = self._telling.trace.calls
        outer = self._telling.cause_of(dispatch) if dispatch >= 0 else -1
        if outer < 0 or int(calls.flags[outer]) & (Flag.ASYNC | Flag.UNTIMED):
            return False
        same = int(calls.lane[outer]) == int(calls.lane[call]) != 0
        return same and self._telling.until(outer) >= self._telling.until(call)

    # Inside a call

    def _run(self, call: int, end: int, depth: int) -> None:
        """Inside a call: what it has emitted and what ran there, what held its thread, its workers, its own time."""
        if end <= self._at:
            return
        telling, calls = self._telling, self._telling.trace.calls
        telling.end_if_unwanted()
        is_async = bool(int(calls.flags[call]) & Flag.ASYNC)
        own = PartKind.AWAITS if is_async else PartKind.OWN
        who = telling.handler(call)
        spans = (
            self._busy.on_lane(int(calls.lane[call]), self._at, end, call)
            if end - self._at >= self._least and depth < MOST_DEEP
            else []
        )

        def tell(span: BusySpan) -> None:
            if self._is_within(span.call, call):
                self._run(span.call, span.end_ns, depth + 1)
            else:
                self._blocked(span)

        def rest(until: int) -> None:
            self._at_workers(call, until)
            self._until(until, own, f"{who} itself" if own is PartKind.OWN else f"{who}, running or awaiting", call)

        self._around(spans, end, tell, rest)

    def _is_within(self, inner: int, outer: int) -> bool:
        """Whether a call was caused by another one, directly or through what that has caused."""
        for _ in range(MOST_DEEP):
            dispatch = self._telling.dispatch_of(inner)
            inner = self._telling.cause_of(dispatch) if dispatch >= 0 else -1
            if inner == outer:
                return True
            if inner < 0:
                return False
        return False

    def _at_workers(self, call: int, end: int) -> None:
        """Until a worker had begun with it: the time before that is not the call's own."""
        told = self._telling.trace.deliveries
        if not len(told) or end - self._at < self._least:
            return
        rows = np.flatnonzero(told.view("call") == self._telling.trace.calls.id[call])
        kinds, times = told.view("kind")[rows], told.view("time_ns")[rows]
        begun = times[(kinds == Kind.WORK_STARTED) & (times > self._at) & (times <= end)]
        if len(begun) and np.any(kinds == Kind.WORK_SENT):
            self._until(
                int(begun[0]), PartKind.WORKERS, f"until a worker began with {self._telling.handler(call)}", call
            )


def _merged(parts: list[PathPart], least: int) -> tuple[PathPart, ...]:
    """Neighbours that say the same as one; where there are too many, short ones too."""
    found = _joined(parts)
    if len(found) > MOST_PARTS:
        short = (
            replace(each, kind=PartKind.SHORT, text="short parts", call=-1) if each.length_ns < least else each
            for each in found
        )
        found = _joined(short)
    while len(found) > MOST_PARTS:
        found = _joined(replace(each, kind=PartKind.SHORT, text="short parts", call=-1) for each in found)
    return tuple(found)


def _joined(parts: Iterable[PathPart]) -> list[PathPart]:
    found: list[PathPart] = []
    for each in parts:
        if found and (found[-1].kind, found[-1].text, found[-1].call) == (each.kind, each.text, each.call):
            found[-1] = replace(found[-1], end_ns=each.end_ns)
        else:
            found.append(each)
    return found
