"""What shows a problem, as rows that lead somewhere: places in the code, dispatches and calls of the trace. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from bus.analysis.problems import summing_up
from bus.analysis.problems.finding import Finding
from bus.errors import Place
from bus.trace import Trace
from bus.trace.ids import id_text
from ui.number_text import moment, outcome, span, state

MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One thing that shows a problem."""

    icon: str
    """A look of ui/panels/state_icons.py, or "code" for a place."""

    text: str
    kind: str = ""
    """ "dispatch", "call", or "" for a place."""

    id: int = 0
    stretch: tuple[int, int] | None = None
    """When it was: nanoseconds on the capture's clock."""

    place: Place | None = None


def rows_of(trace: Trace, finding: Finding) -> list[EvidenceRow]:
    """The guilty place, then calls, then dispatches that no call of these belongs to, then other places.

    What the trace does not have any more is left out.
    """
    evidence = finding.evidence
    rows = [_place("in the code", finding.place)] if finding.place is not None else []
    calls = [row for row in (trace.calls.row_of(each) for each in evidence.calls) if row >= 0]
    rows += [_call(trace, row) for row in calls]
    served = {int(trace.calls.dispatch[row]) for row in calls}
    others = (trace.dispatches.row_of(each) for each in evidence.dispatches if each not in served)
    rows += [_dispatch(trace, row) for row in others if row >= 0]
    return rows + [_place(what, place) for what, place in evidence.places]


def where(place: Place | None) -> str:
    """A place in a column: the file without its folders, and the line."""
    if place is None:
        return ""
    name = place.file.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}:{place.line}" if place.line else name


def seen(trace: Trace, finding: Finding) -> str:
    """How often and when, and what was measured: one line."""
    told = summing_up.seen(finding.evidence, trace.span_ns[0])
    measured = "".join(f"; {what}: {value}" for what, value in finding.evidence.numbers)
    return f"{told.capitalize()}{measured}"


def _place(what: str, place: Place) -> EvidenceRow:
    return EvidenceRow("code", f"{what}: {where(place)}", place=place)


def _call(trace: Trace, row: int) -> EvidenceRow:
    calls = trace.calls
    began, ended, result = int(calls.started_ns[row]), int(calls.ended_ns[row]), int(calls.outcome[row])
    took = f"{outcome(result)} after {span(ended - began)}" if ended >= 0 else outcome(result)
    name = trace.names.text(int(calls.handler[row]))[:MOST_LETTERS]
    text = f"{_when(trace, began)}  {name}  {took}  #{id_text(int(calls.id[row]))}"
    stretch = began, ended if ended >= 0 else trace.span_ns[1]
    return EvidenceRow(state(result) or "call", text, "call", int(calls.id[row]), stretch)


def _dispatch(trace: Trace, row: int) -> EvidenceRow:
    dispatches = trace.dispatches
    emitted, result = int(dispatches.emitted_ns[row]), int(dispatches.outcome[row])
    name = trace.names.text(int(dispatches.event[row]))[:MOST_LETTERS]
    text = f"{_when(trace, emitted)}  {name}  {outcome(result)}  #{id_text(int(dispatches.id[row]))}"
    stretch = emitted, max(emitted, int(dispatches.ended_ns[row]))
    return EvidenceRow(state(result) or "dispatch", text, "dispatch", int(dispatches.id[row]), stretch)


def _when(trace: Trace, time_ns: int) -> str:
    return f"{moment(time_ns - trace.span_ns[0])} s"
