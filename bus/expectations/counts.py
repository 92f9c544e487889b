"""Bounds on counts: how many events were lost, how many calls failed, and the 95th percentile of the latency."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import numbers
from bus.analysis.statistics import quantiles_of
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import NOT_MEASURED, Look
from bus.find.filter_quote import quote
from bus.number_words import WORDS, title
from bus.scenario.distribution import parse_time
from bus.scenario.model import Expectation, parse_bound
from bus.trace.fates import FATES
from buslens.records import NameKind, Outcome

Mask = npt.NDArray[np.bool_]

COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OUTCOMES = {"ok": "outcome:ok", "failed": "(outcome:failed OR outcome:timed_out)", "never_ran": "outcome:never-ran"}
_OF_EVENTS = ("emitted", "dropped", *FATES)
_HOW_MANY = ("emitted", "calls")
"""How many there are in all; the other words say what became of them."""


def look(expectation: Expectation, records: JudgedRecords) -> Iterator[Look]:
    """Each bound of an expectation, in the order of the words."""
    trace = records.trace
    events, handlers = _selected(expectation, records)
    subject = " in ".join(part for part in (expectation.event, expectation.handler) if part) or "all events"
    bounds = [(word, bound) for word in WORDS if (bound := getattr(expectation, word)) is not None]
    counted = numbers.of_trace(trace, events, handlers) if bounds else {}
    for word, bound in bounds:
        comparison, number = parse_bound(bound)
        found, search = counted[word], _search(expectation, _term(expectation, word))
        yield Look(
            f"{subject}: {title(word)}", f"{comparison} {number}", str(found),
            is_broken=not COMPARE[comparison](found, number), may_come=True,
            is_met_by_none=word in _HOW_MANY, table="dispatches" if word in _OF_EVENTS else "calls", search=search,
        )  # fmt: skip
    if expectation.latency is not None:
        calls = numbers.calls_of(trace, events, handlers)
        dispatches = events if events is not None else np.ones(len(trace.dispatches), bool)
        yield _latency(expectation, subject, records, dispatches, calls)


def _latency(expectation: Expectation, subject: str, records: JudgedRecords, dispatches: Mask, calls: Mask) -> Look:
    trace = records.trace
    if expectation.handler:
        done = calls & (trace.calls.outcome != Outcome.RUNNING)
        times = trace.calls.ended_ns[done] - trace.calls.started_ns[done]
        word, field, unfinished = "p95 of the duration", "duration", bool((calls & ~done).any())
    else:
        done = dispatches & (trace.dispatches.outcome != Outcome.RUNNING)
        times = trace.dispatches.ended_ns[done] - trace.dispatches.emitted_ns[done]
        word, field, unfinished = "p95 of the latency", "latency", bool((dispatches & ~done).any())
    most = parse_time(str(expectation.latency))
    found = quantiles_of(times).p95
    value = f"{found / 1e6:.3f}ms" if len(times) else "-"
    # What never ended has no latency that could be small enough.
    broken = found > most or unfinished
    term = f"{field}>{str(expectation.latency).replace(' ', '')}" if broken else ""
    return Look(
        f"{subject}: {word}", f"<= {expectation.latency}", value, is_broken=broken, may_come=True,
        unknown="" if len(times) or broken else NOT_MEASURED,
        table="calls" if expectation.handler else "dispatches", search=_search(expectation, term),
    )  # fmt: skip


def _search(expectation: Expectation, term: str) -> str:
    terms = [f"event:{quote(expectation.event)}"] if expectation.event else []
    terms += [f"handler:{quote(expectation.handler)}"] if expectation.handler else []
    return " ".join([*terms, *([term] if term else [])])


def _term(expectation: Expectation, word: str) -> str:
    if word in _OUTCOMES:
        return _OUTCOMES[word]
    # Of one handler among several the fate of the whole event says too much.
    if word in _OF_EVENTS and word != "emitted" and not expectation.handler:
        return f"fate:{'lost' if word == 'dropped' else word}"
    return ""


def _selected(expectation: Expectation, records: JudgedRecords) -> tuple[Mask | None, npt.NDArray[Any] | None]:
    """Which dispatches and which handlers an expectation is about; None: all."""
    events = handlers = None
    if expectation.event:
        events = np.isin(records.trace.dispatches.event, records.names(NameKind.EVENT, expectation.event))
    if expectation.handler:
        handlers = records.names(NameKind.HANDLER, expectation.handler)
    return events, handlers
