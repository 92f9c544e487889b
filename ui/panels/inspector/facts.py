"""What the inspector says about one dispatch or call: read from the trace, in words, bounded; no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import causality, counters
from bus.analysis.delivery_history import anatomy_of, attempts_of
from bus.analysis.not_called import filtered_handlers, interventions, skipped_handlers, waiting_handlers
from bus.analysis.stood import stood_at, waits_at
from bus.trace.trace import Trace
from buslens.records import Outcome
from ui.number_text import moment, outcome, span, state
from ui.panels.inspector.delivery import delivery_rows

_MOST_CAUSES = 100
_MOST_EFFECTS = 60
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class RecordLink:
    """Another dispatch or call, to be chosen by a click."""

    kind: str
    """"dispatch" or "call"."""

    id: int
    name: str
    detail: str
    state: str
    """One of number_text.STATES, "" for ok."""

    depth: int = 0
    """Steps to the right: a dispatch below the call that emitted it."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """Why a call failed, or never ran."""

    type: str
    message: str
    traceback: str
    state: str = "failed"
    """One of number_text.STATES."""


@dataclass(frozen=True, slots=True)
class InspectorFacts:
    """What the inspector shows of a selection, but for its payload, which is decoded only once."""

    kind: str
    id: int
    name: str
    place: tuple[str, int]
    """File and line of the handler; ("", 0) where unknown and for dispatches."""

    outcome: str
    state: str
    timing: tuple[tuple[str, str], ...]
    causes: tuple[RecordLink, ...]
    """From the root emit down to what caused this directly; empty for a root."""

    cause_unknown: bool
    """Nobody knows what caused the first of them, or this one where there is none."""

    causes_hidden: bool
    """The chain is longer than what is shown: its upper end is missing."""

    effects: tuple[RecordLink, ...]
    effects_hidden: int
    """How many more there are."""

    log: tuple[str, ...]
    log_hidden: int
    error: ErrorText | None
    dispatch_row: int
    """Whose payload belongs to it, -1 where the capture lacks it."""

    delivery: tuple[tuple[str, str], ...] = ()
    """Its way over a broker, a step each; empty where none carried it."""

    headers: tuple[tuple[str, str], ...] = ()
    counters: tuple[tuple[str, str], ...] = ()
    """What the scenario's counters showed when it ended, or show now while it goes on."""

    attempts: tuple[RecordLink, ...] = ()
    """All calls of the same handler for the same event, where there are several."""


def describe(trace: Trace, kind: str, record_id: int) -> InspectorFacts | None:
    """The facts of a dispatch or call by its id; None where the trace has no such one (yet)."""
    if kind == "dispatch":
        row = trace.dispatches.row_of(record_id)
        return _dispatch(trace, row) if row >= 0 else None
    if kind == "call":
        row = trace.calls.row_of(record_id)
        return _call(trace, row) if row >= 0 else None
    return None


def _dispatch(trace: Trace, row: int) -> InspectorFacts:
    dispatches = trace.dispatches
    anatomy = anatomy_of(trace, int(dispatches.id[row]))
    value = int(dispatches.outcome[row])
    open_calls = int(dispatches.open[row]) if value == Outcome.RUNNING else 0
    emitted, ended = int(dispatches.emitted_ns[row]), int(dispatches.ended_ns[row])
    latency = f"{span(trace.span_ns[1] - emitted)} so far" if open_calls else span(ended - emitted)
    causes, causes_hidden = _causes(trace, "dispatch", row)
    effects, effects_hidden = _effects_of_dispatch(trace, row)
    timing = [
        ("Emitted", f"{moment(emitted - trace.span_ns[0])} s"),
        ("Latency", "– (nobody listened)" if value == Outcome.LOST else latency),
        ("Handlers", str(int(dispatches.handlers[row]))),
    ]
    timing += [("Skipped", each) for each in skipped_handlers(trace, row)]
    timing += [("Not for", each) for each in filtered_handlers(trace, row)]
    for when, what in interventions(trace, int(dispatches.id[row])):
        timing.append(("By hand", f"+{span(max(0, when - emitted))}  ·  {what}"))
    timing += [("Not begun", trace.names.text(each)) for each in waiting_handlers(trace, row)]
    if open_calls:
        timing.append(("Not ended", _number(open_calls, "call")))
    if dispatches.failed[row]:
        timing.append(("Failed", _number(int(dispatches.failed[row]), "call")))
    timing.append(("Lane", trace.names.text(int(dispatches.lane[row])) or "–"))
    timing += _bus(trace, row)
    return InspectorFacts(
        kind="dispatch",
        id=int(dispatches.id[row]),
        name=trace.names.text(int(dispatches.event[row])),
        place=("", 0),
        outcome="failed" if dispatches.failed[row] else outcome(value),
        state="failed" if dispatches.failed[row] else state(value),
        timing=tuple(timing),
        causes=causes,
        causes_hidden=causes_hidden,
        cause_unknown=causality.begins_unknown(trace, row),
        effects=effects,
        effects_hidden=effects_hidden,
        log=(),
        log_hidden=0,
        error=None,
        dispatch_row=row,
        delivery=delivery_rows(anatomy.steps, int(dispatches.emitted_ns[row]), anatomy.hidden),
        headers=anatomy.headers,
        counters=_counters(trace, trace.span_ns[1] if open_calls else ended),
    )


def _call(trace: Trace, row: int) -> InspectorFacts:
    calls = trace.calls
    value, attempt = int(calls.outcome[row]), int(calls.attempt[row])
    emitted, started, ended = int(calls.emitted_ns[row]), int(calls.started_ns[row]), int(calls.ended_ns[row])
    running = value == Outcome.RUNNING
    causes, causes_hidden = _causes(trace, "call", row)
    effects, effects_hidden = _effects_of_call(trace, row)
    log, log_hidden = _log(trace, int(calls.id[row]))
    error = trace.error(row)
    timing = [
        ("Started", f"{moment(started - trace.span_ns[0])} s"),
        ("Queue delay", span(started - emitted)),
        ("Duration", f"{span(trace.span_ns[1] - started)} so far" if running else span(ended - started)),
        ("Lane", trace.names.text(int(calls.lane[row])) or "–"),
    ]
    if not running:
        timing.insert(3, ("Since emit", span(ended - emitted)))
    if attempt > 1:
        timing.append(("Attempt", str(attempt)))
    timing += _stood(trace, row)
    timing += _bus(trace, trace.dispatches.row_of(int(calls.dispatch[row])))
    handler = int(calls.handler[row])
    anatomy = anatomy_of(trace, int(calls.dispatch[row]))
    attempts = attempts_of(trace, row)
    return InspectorFacts(
        kind="call",
        id=int(calls.id[row]),
        name=trace.names.text(handler),
        place=trace.names.place(handler),
        outcome=outcome(value),
        state=state(value),
        timing=tuple(timing),
        causes=causes,
        causes_hidden=causes_hidden,
        cause_unknown=_call_begins_unknown(trace, row),
        effects=effects,
        effects_hidden=effects_hidden,
        log=log,
        log_hidden=log_hidden,
        error=ErrorText(error.type, error.message, error.traceback, state(value) or "failed") if error else None,
        dispatch_row=trace.dispatches.row_of(int(calls.dispatch[row])),
        delivery=delivery_rows(anatomy.of_call(int(calls.id[row])), emitted, 0),
        headers=anatomy.headers,
        counters=_counters(trace, trace.span_ns[1] if running else ended, int(calls.id[row])),
        attempts=tuple(_attempt_link(trace, each) for each in attempts) if len(attempts) > 1 else (),
    )


def _call_begins_unknown(trace: Trace, row: int) -> bool:
    dispatch = causality.cause_of_call(trace, row)
    return dispatch < 0 or causality.begins_unknown(trace, dispatch)


def _stood(trace: Trace, row: int) -> list[tuple[str, str]]:
    """Where a call waits that runs still, or stood longest, where the probe has looked."""
    place = waits_at(trace, row) if int(trace.calls.ended_ns[row]) < 0 else ""
    if place:
        return [("Seen to wait at", place)]
    stood = stood_at(trace, row)
    return [("Seen at", f"{stood.text}, for {span(stood.for_ns)}")] if stood is not None else []


def _bus(trace: Trace, dispatch_row: int) -> list[tuple[str, str]]:
    """What is known of the bus of a dispatch: its name, class and place."""
    names = trace.names
    ident = names.bus(int(trace.dispatches.event[dispatch_row])) if dispatch_row >= 0 else 0
    if not ident:
        return []
    bus = names[ident]
    told = [("Bus", bus.text)]
    if bus.class_name:
        told.append(("Bus class", bus.class_name))
    if bus.file:
        told.append((f"Bus {bus.made}", f"{bus.file}:{bus.line}"))
    return told


def _causes(trace: Trace, kind: str, row: int) -> tuple[tuple[RecordLink, ...], bool]:
    """Upwards: a call was caused by its dispatch, a dispatch by the call that emitted it."""
    chain: list[RecordLink] = []
    while len(chain) < _MOST_CAUSES:
        row = causality.cause_of_call(trace, row) if kind == "call" else causality.cause_of_dispatch(trace, row)
        kind = "dispatch" if kind == "call" else "call"
        if row < 0:
            return tuple(reversed(chain)), False
        chain.append(_dispatch_link(trace, row) if kind == "dispatch" else _call_link(trace, row))
    return tuple(reversed(chain)), True


def _effects_of_dispatch(trace: Trace, row: int) -> tuple[tuple[RecordLink, ...], int]:
    """Links to the calls of a dispatch, below each the dispatches that it emitted, and how many more there are."""
    call_rows = causality.calls_of(trace, row)
    shown = call_rows[:_MOST_EFFECTS]
    children = _emitted_by(trace, row, trace.calls.id[shown])
    links: list[RecordLink] = []
    for place, call_row in enumerate(shown.tolist()):
        if len(links) >= _MOST_EFFECTS:
            return tuple(links), len(call_rows) - place
        links.append(_call_link(trace, call_row))
        emitted = children.get(int(trace.calls.id[call_row]), [])
        links.extend(_dispatch_link(trace, each, depth=1) for each in emitted[: _MOST_EFFECTS - len(links)])
    return tuple(links), len(call_rows) - len(shown)


def _emitted_by(trace: Trace, row: int, call_ids: npt.NDArray[Any]) -> dict[int, list[int]]:
    """Rows of the dispatches that these calls emitted, in one pass; all come after the dispatch itself."""
    parents = trace.dispatches.parent_call[row + 1 :]
    found: dict[int, list[int]] = {}
    for each in (np.flatnonzero(np.isin(parents, call_ids)) + row + 1).tolist():
        found.setdefault(int(trace.dispatches.parent_call[each]), []).append(each)
    return found


def _effects_of_call(trace: Trace, row: int) -> tuple[tuple[RecordLink, ...], int]:
    emitted = causality.emitted_in(trace, row)
    links = tuple(_dispatch_link(trace, int(each)) for each in emitted[:_MOST_EFFECTS])
    return links, max(len(emitted) - len(links), 0)


def _log(trace: Trace, call_id: int) -> tuple[tuple[str, ...], int]:
    rows = np.flatnonzero(trace.marks.call == call_id)
    lines = tuple(
        f"{moment(int(trace.marks.time_ns[each]) - trace.span_ns[0])}  {trace.marks.text(int(each))}"
        for each in rows[:_MOST_LINES]
    )
    return lines, max(len(rows) - len(lines), 0)


def _counters(trace: Trace, time_ns: int, call: int = 0) -> tuple[tuple[str, str], ...]:
    """Values at that time, and what one call has added to them."""
    return tuple(
        (each.name, f"{each.value:,}" + (f"  (+{each.by_call:,} in this call)" if each.by_call else ""))
        for each in counters.at(trace, time_ns, call)
    )


def _dispatch_link(trace: Trace, row: int, depth: int = 0) -> RecordLink:
    dispatches = trace.dispatches
    failed = bool(dispatches.failed[row])
    value = int(dispatches.outcome[row])
    word = "failed" if failed else outcome(value)
    return RecordLink(
        "dispatch",
        int(dispatches.id[row]),
        trace.names.text(int(dispatches.event[row])),
        "" if word == "ok" else word,
        "failed" if failed else state(value),
        depth,
    )


def _call_link(trace: Trace, row: int) -> RecordLink:
    calls = trace.calls
    value = int(calls.outcome[row])
    took = "running" if value == Outcome.RUNNING else span(int(calls.ended_ns[row]) - int(calls.started_ns[row]))
    detail = took if value in (Outcome.OK, Outcome.RUNNING) else f"{outcome(value)}, {took}"
    return RecordLink("call", int(calls.id[row]), trace.names.text(int(calls.handler[row])), detail, state(value))


def _attempt_link(trace: Trace, row: int) -> RecordLink:
    link = _call_link(trace, row)
    return replace(link, name=f"attempt {int(trace.calls.attempt[row])}")


def _number(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
