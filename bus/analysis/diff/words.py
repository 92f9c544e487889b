"""Differences in words: one sentence for each, and what a person must know before believing them.

The traces are called A and B, as the command line and the window call them.
"""

from __future__ import annotations

import json
from typing import Any

from bus.analysis import not_called
from bus.analysis.diff.diff import Difference, TraceDiff
from bus.analysis.diff.error_pairs import error_text
from bus.analysis.diff.occurrences import What
from bus.analysis.diff.side_by_side import Line, Side
from bus.trace.fates import BAD, FATES
from bus.trace.payload_fields import Missing
from bus.trace.trace import Trace
from bus.wording import duration, several
from buslens.records import Outcome

SIGNS = {What.MISSING: "-", What.ADDED: "+", What.FAILS: "!", What.FAILS_OTHERWISE: "!"}
"""In front of a line; anything else is CHANGED."""

CHANGED = "~"
AB = ("A", "B")

TITLES = {
    What.MISSING: "missing",
    What.ADDED: "added",
    What.REORDERED: "in another order",
    What.FAILS: "fails",
    What.FAILS_NO_MORE: "fails no more",
    What.FAILS_OTHERWISE: "fails otherwise",
    What.ENDS_OTHERWISE: "ends otherwise",
    What.FATE: "becomes something else",
    What.PAYLOAD: "carries something else",
}
"""What each kind of difference is called: of B, beside A."""

_OUTCOMES = {
    Outcome.RUNNING: "runs still",
    Outcome.OK: "ends well",
    Outcome.FAILED: "fails",
    Outcome.CANCELLED: "is cancelled",
    Outcome.TIMED_OUT: "times out",
    Outcome.NEVER_RAN: "never runs",
}
MOST_INDENTED = 20
"""Levels of a flow that are moved in one by one."""

_LETTERS = 200
"""Of an error or a value."""


def first_sentence(found: TraceDiff) -> str:
    """The first divergence, or that there is none."""
    if not found.differences:
        return f"A and B are the same: {several(found.matched, 'emit or call', 'emits and calls')} in both."
    one = found.differences[0]
    if found.before:
        after = several(found.before, "emit or call that is", "emits and calls that are")
        lead = f"After {after} in both, {duration(one.time_ns - found.begins_ns)} after the first emit: "
    else:
        lead = "From the first emit on: "
    return lead + sentence(found, one)


def sentence(found: TraceDiff, one: Difference) -> str:
    """What differs, at the occurrence that shows first."""
    name, by = one.path[-1], one.path[-2] if len(one.path) > 1 else ""
    match one.what:
        case What.MISSING | What.ADDED:
            has, lacks = AB if one.what is What.MISSING else reversed(AB)
            return f"{_does(one, name, by)} in {has}, and not in {lacks}{_reason(found, one)}."
        case What.REORDERED:
            among = "what handles it" if one.is_call else "what it emits" if by else "the flows"
            return f"{_does(one, name, by)} in both, and in another order among {among}."
        case What.FATE:
            fates = [_fate(trace, row) for trace, row in zip(found.traces, one.rows, strict=True)]
            return f"{name} is {fates[0]} in A, and {fates[1]} in B."
        case What.PAYLOAD:
            return f"{name} carries {_field(one, 0)} in A, and {_field(one, 1)} in B."
    ends = [_end(trace, row) for trace, row in zip(found.traces, one.rows, strict=True)]
    return f"{name} {ends[0]} in A, and {ends[1]} in B."


def sign(what: What | None) -> str:
    """In front of a line of what differs so; empty where nothing does."""
    return "" if what is None else SIGNS.get(what, CHANGED)


def side_text(line: Line, side: Side) -> str:
    """An emit or call of a flow, moved in by its depth: the name, how it went, and when."""
    when = f"+{duration(side.since_ns)}" if side.since_ns > 0 else ""
    took = f"took {duration(side.duration_ns)}" if side.duration_ns >= 0 else ""
    says = _short(side.says) if line.what is not None or side.kind == "call" else ""
    told = ", ".join(filter(None, (says, when, took)))
    return f"{'  ' * min(line.depth, MOST_INDENTED)}{side.name}{f'  ({told})' if told else ''}"


def kind(one: Difference) -> str:
    """What differs: a flow, an emit or a call."""
    return "call" if one.is_call else "flow" if one.is_flow else "emit"


def path_text(one: Difference) -> str:
    """The causal path: event > handler > event and so on."""
    return " > ".join(one.path)


def doubts(found: TraceDiff) -> list[str]:
    """What a person must know before believing the differences, one sentence each."""
    told = []
    for name, trace in zip(AB, found.traces, strict=True):
        if trace.dropped:
            told.append(
                f"{name} has dropped {several(trace.dropped, 'record')}: what is missing there may be just that."
            )
        if trace.forgotten:
            gone = several(trace.forgotten, "emit or call", "emits and calls")
            told.append(f"{name} is the newest part of a longer run: {gone} before it are not compared.")
    if found.unread:
        told.append(
            f"{several(found.unread, 'pair')} of payloads with other bytes were not read field by field: "
            "the counts of fields are too low."
        )
    if found.unreached:
        many = several(found.unreached, "emit or call", "emits and calls")
        told.append(f"{many} are not compared: by what the captures say each is its own cause.")
    return told


def _does(one: Difference, name: str, by: str) -> str:
    if one.is_call:
        return f"{by} is handled by {name}" if by else f"{name} is called"
    return f"{by} emits {name}" if by else f"{name} is emitted"


def _reason(found: TraceDiff, one: Difference) -> str:
    """Why a handler was not called, where the trace that lacks the call says so."""
    lacks = 1 if one.what is What.MISSING else 0
    trace, dispatch = found.traces[lacks], one.causes[lacks]
    if not one.is_call or dispatch < 0:
        return ""
    name = one.path[-1]
    told = not_called.skipped_handlers(trace, dispatch) + not_called.filtered_handlers(trace, dispatch)
    mine = [each for each in told if each.startswith(f"{name} (")]
    return f" {mine[0].removeprefix(name).lstrip()}" if mine else ""


def _fate(trace: Trace, row: int) -> str:
    return FATES[int(trace.fates.of(trace).fate[row])]


def _end(trace: Trace, row: int) -> str:
    outcome = Outcome(int(trace.calls.outcome[row]))
    error = error_text(trace, row) if outcome in BAD else ""
    return _short(f"{_OUTCOMES.get(outcome, outcome.name.lower())}{f' with {error}' if error else ''}")


def _field(one: Difference, side: int) -> str:
    field = one.field
    value: Any = Missing if field is None else (field.first, field.second)[side]
    path = field.path if field is not None else ""
    if value is Missing:
        return f"no {path}" if path else "nothing"
    text = _short(json.dumps(value, ensure_ascii=False))
    return f"{path} {text}" if path else text


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}…"
