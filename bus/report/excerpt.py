"""The stretch of a timeline around what shows a problem: a few lanes, a few bars, and the emits they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import causality
from bus.analysis.problems.finding import Evidence
from bus.trace.ids import id_text
from bus.trace.same_handler import SameHandler
from bus.trace.trace import Trace
from buslens.records import Outcome

MOST_BARS, MOST_LANES, MOST_EMITS, MOST_TRACKS = 240, 16, 60, 4
FARTHER = 3
"""What shows a problem later is in the picture where it is no farther off than so many times what is there already."""

LEAST_NS = 1_000
MARGIN = 0.08
"""Of the stretch, on each side of it."""

Rows = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One call. Times are nanoseconds on the capture's clock."""

    lane: int
    """Its place in `Excerpt.lanes`."""

    track: int
    start_ns: int
    end_ns: int
    """The end of the picture where it has not ended."""

    outcome: Outcome
    ident: str
    is_shown: bool
    """Whether it shows the problem; the others are what happened beside it."""

    emit: int
    """Which of the emits it serves: its place in `Excerpt.emits`, -1 where that is not in the picture."""


@dataclass(frozen=True, slots=True)
class EmitMark:
    """One dispatch."""

    time_ns: int
    event: str
    ident: str
    is_lost: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """The calls of one handler."""

    title: str
    tracks: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What happened in one stretch of time."""

    first_ns: int
    last_ns: int
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    emits: tuple[EmitMark, ...]
    left_out: int
    """Calls and dispatches of this stretch that are not in the picture."""


def excerpt(trace: Trace, evidence: Evidence) -> Excerpt | None:
    """The stretch around the first of what shows a problem; None where no dispatch or call of it is there."""
    calls, dispatches = _rows(trace.calls, evidence.calls), _rows(trace.dispatches, evidence.dispatches)
    if not len(calls) and not len(dispatches):
        return None
    first, last = _stretch(trace, calls, dispatches)
    margin = max(round((last - first) * MARGIN), LEAST_NS // 2)
    first, last = first - margin, last + margin
    bars, others = _calls_within(trace, first, last, calls, dispatches)
    lanes, bar_lanes = _lanes(trace, bars, calls)
    emits, more = _emits_within(trace, first, last, bars[bar_lanes >= 0], dispatches)
    left_out = others + more + int(np.count_nonzero(bar_lanes < 0))
    drawn, tracks = _bars(trace, bars, bar_lanes, set(calls.tolist()), emits, last)
    lane_list = tuple(Lane(title, tracks.get(number, 1)) for number, title in enumerate(lanes))
    marks = tuple(_mark(trace, row, dispatches) for row in emits.tolist())
    return Excerpt(first, last, lane_list, tuple(drawn), marks, left_out)


def _bars(
    trace: Trace, rows: Rows, lanes: Rows, shown: set[int], emits: Rows, last: int
) -> tuple[list[Bar], dict[int, int]]:
    """A bar for each call that has a lane, and how many tracks each lane needs. Rows are in the order of starts."""
    calls, places = trace.calls, {row: place for place, row in enumerate(emits.tolist())}
    until: dict[tuple[int, int], int] = {}
    drawn, tracks = [], dict[int, int]()
    for row, lane in zip(rows.tolist(), lanes.tolist(), strict=True):
        if lane < 0:
            continue
        start, end = int(calls.started_ns[row]), int(calls.ended_ns[row])
        end = last if end < 0 else end
        free = (track for track in range(MOST_TRACKS) if until.get((lane, track), start) <= start)
        track = next(free, MOST_TRACKS - 1)
        until[lane, track] = max(end, start + 1)
        tracks[lane] = max(tracks.get(lane, 1), track + 1)
        emit = places.get(causality.cause_of_call(trace, row), -1)
        outcome = Outcome(int(calls.outcome[row]))
        drawn.append(Bar(lane, track, start, end, outcome, id_text(int(calls.id[row])), row in shown, emit))
    return drawn, tracks


def _rows(table: Any, idents: tuple[int, ...]) -> Rows:
    found = table.rows_of(np.array(idents, np.uint64)) if idents else np.empty(0, np.int64)
    return np.asarray(found[found >= 0], np.int64)


def _stretch(trace: Trace, calls: Rows, dispatches: Rows) -> tuple[int, int]:
    """From the first of what shows the problem, and on to what lies close behind it."""
    # What nobody heard takes no time: who emitted it is what there is to see.
    emitters = _rows(trace.calls, tuple(trace.dispatches.parent_call[dispatches].tolist()))
    calls = np.concatenate([calls, emitters])
    starts = np.concatenate([trace.calls.started_ns[calls], trace.dispatches.emitted_ns[dispatches]])
    ends = np.concatenate([trace.calls.ended_ns[calls], trace.dispatches.ended_ns[dispatches]])
    ends = np.maximum(ends, starts)
    order = np.argsort(starts, kind="stable")
    first, last = int(starts[order[0]]), int(ends[order[0]])
    for place in order[1:].tolist():
        if int(starts[place]) - last > FARTHER * max(last - first, LEAST_NS):
            break
        last = max(last, int(ends[place]))
    return first, last


def _calls_within(trace: Trace, first: int, last: int, calls: Rows, dispatches: Rows) -> tuple[Rows, int]:
    """Rows of the calls to draw, in the order of their starts, and how many there are beside them."""
    table = trace.calls
    ended = table.ended_ns
    inside = np.flatnonzero((table.started_ns <= last) & ((ended >= first) | (ended < 0)))
    if len(inside) <= MOST_BARS:
        return inside[np.argsort(table.started_ns[inside], kind="stable")], 0
    wanted = np.isin(inside, calls) | np.isin(table.dispatch[inside], trace.dispatches.id[dispatches])
    distance = np.abs(table.started_ns[inside] - first)
    chosen = inside[np.lexsort((distance, ~wanted))[:MOST_BARS]]
    return chosen[np.argsort(table.started_ns[chosen], kind="stable")], len(inside) - MOST_BARS


def _lanes(trace: Trace, bars: Rows, calls: Rows) -> tuple[list[str], Rows]:
    """Titles of the lanes, what shows the problem first among equals, and the lane of each bar, -1 for none."""
    same = SameHandler()
    same.update(trace.names)
    handlers = same.firsts(trace.calls.handler[bars])
    wanted = set(same.firsts(trace.calls.handler[calls]).tolist())
    order = list(dict.fromkeys(handlers.tolist()))
    kept = set(sorted(order, key=lambda each: each not in wanted)[:MOST_LANES])
    order = [each for each in order if each in kept]
    places = {handler: place for place, handler in enumerate(order)}
    titles = [trace.names.text(handler) or "?" for handler in order]
    return titles, np.array([places.get(handler, -1) for handler in handlers.tolist()], np.int64)


def _emits_within(trace: Trace, first: int, last: int, bars: Rows, dispatches: Rows) -> tuple[Rows, int]:
    """Rows of the dispatches to draw, in the order of their emits, and how many there are beside them."""
    table = trace.dispatches
    causes = table.rows_of(trace.calls.dispatch[bars])
    inside = np.flatnonzero((table.emitted_ns >= first) & (table.emitted_ns <= last))
    weight = np.where(np.isin(inside, dispatches), 0, np.where(np.isin(inside, causes), 1, 2))
    chosen = inside[np.lexsort((table.emitted_ns[inside], weight))[:MOST_EMITS]]
    return chosen[np.argsort(table.emitted_ns[chosen], kind="stable")], max(len(inside) - MOST_EMITS, 0)


def _mark(trace: Trace, row: int, dispatches: Rows) -> EmitMark:
    table = trace.dispatches
    event = trace.names.text(int(table.event[row])) or "?"
    is_lost = int(table.outcome[row]) == Outcome.LOST
    return EmitMark(int(table.emitted_ns[row]), event, id_text(int(table.id[row])), is_lost, row in dispatches)
