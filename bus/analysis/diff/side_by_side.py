"""One flow of both traces side by side: what belongs together on one line, what only one of them has beside nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bus.analysis import causality
from bus.analysis.diff.diff import Difference, TraceDiff
from bus.analysis.diff.error_pairs import error_text
from bus.analysis.diff.labels import without_internals
from bus.analysis.diff.occurrences import What
from bus.analysis.diff.payload_pairs import PayloadPairs
from bus.trace.fates import BAD, FATES
from bus.trace.trace import Trace
from buslens.records import Outcome

MOST_LINES = 300
MOST_OF_A_CAUSE = 200
"""What one cause emitted or called, of each trace, that is looked at."""


@dataclass(frozen=True, slots=True)
class Side:
    """An emit or a call as one of the traces has it."""

    kind: str
    """"dispatch" or "call"."""

    id: int
    name: str
    """Of the event or the handler, with the attempt where that is not the first."""

    says: str
    """How it went otherwise than well; empty where it went well."""

    since_ns: int
    """Since the flow's first emit."""

    duration_ns: int
    """Of a call that ended; -1 else."""


@dataclass(frozen=True, slots=True)
class Line:
    """One emit or call of the flow: in both traces, or in one of them."""

    depth: int
    """How many causes are above it."""

    sides: tuple[Side | None, Side | None]
    what: What | None
    """How it differs by itself; None where it does not."""


@dataclass(frozen=True, slots=True)
class _At:
    """One line before it is told: rows in the tables of both traces, -1 where that has nothing."""

    rows: tuple[int, int]
    is_call: bool
    depth: int


def side_by_side(found: TraceDiff, one: Difference) -> list[Line]:
    """The flow in which a difference shows first; at most MOST_LINES of it, from its first emit on.

    The traces must stand still meanwhile. Of traces that have forgotten rows since they were compared: nothing.
    """
    told: list[Line] = []
    begins = _first_emits(found, one)
    starts = [_emitted(trace, row) for trace, row in zip(found.traces, begins, strict=True)]
    waiting = [_At(begins, is_call=False, depth=0)]
    while waiting and len(told) < MOST_LINES:
        at = waiting.pop()
        told.append(_line(found, at, starts))
        waiting += reversed(list(_below(found, at)))
    return told


def _first_emits(found: TraceDiff, one: Difference) -> tuple[int, int]:
    rows, is_call = one.rows, one.is_call
    if one.what in (What.MISSING, What.ADDED) and max(one.causes) >= 0:
        rows, is_call = one.causes, not one.is_call
    first, second = (
        _root(trace, row, is_call=is_call) for trace, row in zip(found.traces, rows, strict=True)
    )  # fmt: skip
    if first >= 0 and second < 0:
        second = found.partner(0, first)
    elif second >= 0 and first < 0:
        first = found.partner(1, second)
    return first, second


def _root(trace: Trace, row: int, *, is_call: bool) -> int:
    """The flow's first dispatch as far as it is there; -1 where there is none."""
    if row < 0:
        return -1
    above = causality.ancestors(trace, "call" if is_call else "dispatch", row)
    dispatches = [each for kind, each in above if kind == "dispatch"]
    return dispatches[-1] if dispatches else -1 if is_call else row


def _emitted(trace: Trace, row: int) -> int:
    return int(trace.dispatches.emitted_ns[row]) if row >= 0 else 0


def _below(found: TraceDiff, at: _At) -> Iterator[_At]:
    """What both caused, in the order of the first trace; what only the second has, behind what came before it there."""
    first, second = (_caused(trace, row, at) for trace, row in zip(found.traces, at.rows, strict=True))
    is_call, depth = not at.is_call, at.depth + 1
    partners = [found.partner(0, row, is_call=is_call) for row in first]
    places = {row: place for place, row in enumerate(second)}
    alone = {row for row in second if found.partner(1, row, is_call=is_call) < 0}
    told = 0
    for row, partner in zip(first, partners, strict=True):
        place = places.get(partner, -1)
        if place >= told:
            for other in second[told:place]:
                if other in alone:
                    yield _At((-1, other), is_call, depth)
            told = place + 1
        yield _At((row, partner if place >= 0 else -1), is_call, depth)
    for other in second[told:]:
        if other in alone:
            yield _At((-1, other), is_call, depth)


def _caused(trace: Trace, row: int, at: _At) -> list[int]:
    if row < 0:
        return []
    rows = causality.emitted_in(trace, row) if at.is_call else causality.calls_of(trace, row)
    return [int(each) for each in rows[:MOST_OF_A_CAUSE]]


def _line(found: TraceDiff, at: _At, starts: list[int]) -> Line:
    tell = _call if at.is_call else _dispatch
    first, second = (
        tell(trace, row, start) if row >= 0 else None
        for trace, row, start in zip(found.traces, at.rows, starts, strict=True)
    )
    return Line(at.depth, (first, second), _differs(found, at, first, second))


def _differs(found: TraceDiff, at: _At, first: Side | None, second: Side | None) -> What | None:
    """How it differs by itself: of an emit whose calls differ only these are said to."""
    if first is None or second is None:
        return What.ADDED if first is None else What.MISSING
    if at.is_call:
        return _ends(found, at.rows, first, second)
    payloads = [trace.payload(row) for trace, row in zip(found.traces, at.rows, strict=True)]
    if found.compared.payloads and payloads[0].text != payloads[1].text:
        if PayloadPairs(found.compared.ignored).differs(first.name, payloads[0], payloads[1], 0):
            return What.PAYLOAD
    if first.says == second.says or any(map(partial(_call_differs, found), _below(found, at))):
        return None
    return What.FATE


def _call_differs(found: TraceDiff, at: _At) -> bool:
    return min(at.rows) < 0 or _line(found, at, [0, 0]).what is not None


def _ends(found: TraceDiff, rows: tuple[int, int], first: Side, second: Side) -> What | None:
    bad = [int(trace.calls.outcome[row]) in BAD for trace, row in zip(found.traces, rows, strict=True)]
    if bad[0] != bad[1]:
        return What.FAILS if bad[1] else What.FAILS_NO_MORE
    if without_internals(first.says) != without_internals(second.says):
        return What.FAILS_OTHERWISE if bad[0] else What.ENDS_OTHERWISE
    return None


def _dispatch(trace: Trace, row: int, start: int) -> Side:
    dispatches = trace.dispatches
    fate = FATES[int(trace.fates.of(trace).fate[row])]
    name = trace.names.text(int(dispatches.event[row]))
    says = "" if fate == "handled" else fate
    return Side("dispatch", int(dispatches.id[row]), name, says, int(dispatches.emitted_ns[row]) - start, -1)


def _call(trace: Trace, row: int, start: int) -> Side:
    calls = trace.calls
    attempt, outcome = int(calls.attempt[row]), Outcome(int(calls.outcome[row]))
    name = trace.names.text(int(calls.handler[row])) + (f" (attempt {attempt})" if attempt > 1 else "")
    began, ended = int(calls.started_ns[row]), int(calls.ended_ns[row])
    says = "" if outcome is Outcome.OK else outcome.name.lower().replace("_", " ")
    if error := error_text(trace, row) if outcome in BAD else "":
        says = f"{says}: {error}"
    return Side("call", int(calls.id[row]), name, says, began - start, ended - began if ended >= 0 else -1)
