"""Whether a run did what its scenario expects: each bound next to what was counted in the trace."""

from __future__ import annotations

import fnmatch
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import numbers
from bus.number_words import WORDS, title
from bus.scenario.distribution import parse_time
from bus.scenario.model import Expectation, Scenario, parse_bound
from bus.trace import Trace
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bound of one expectation, and what the run did."""

    about: str
    """Such as `order.placed: lost`."""

    expected: str
    """Such as `<= 3`, or a time."""

    found: str
    """The count, or a time in milliseconds; a dash where nothing was measured."""

    met: bool


def verdicts(scenario: Scenario, trace: Trace) -> list[Verdict]:
    """Every bound of every expectation, in the order of the file."""
    return [verdict for expectation in scenario.expect for verdict in _judged(expectation, trace)]


def _judged(expectation: Expectation, trace: Trace) -> Iterator[Verdict]:
    events, handlers = _selected(expectation, trace)
    subject = " in ".join(part for part in (expectation.event, expectation.handler) if part) or "all events"
    bounds = [(word, bound) for word in WORDS if (bound := getattr(expectation, word)) is not None]
    counted = numbers.of_trace(trace, events, handlers) if bounds else {}
    for word, bound in bounds:
        comparison, number = parse_bound(bound)
        found = counted[word]
        met = COMPARE[comparison](found, number)
        yield Verdict(f"{subject}: {title(word)}", f"{comparison} {number}", str(found), met)
    if expectation.latency is not None:
        calls = numbers.calls_of(trace, events, handlers)
        dispatches = events if events is not None else np.ones(len(trace.dispatches), bool)
        yield _latency(expectation, subject, trace, dispatches, calls)


def _latency(expectation: Expectation, subject: str, trace: Trace, dispatches: Mask, calls: Mask) -> Verdict:
    if expectation.handler:
        done = calls & (trace.calls.outcome != Outcome.RUNNING)
        times = trace.calls.ended_ns[done] - trace.calls.started_ns[done]
        word, unfinished = "p95 of the duration", bool((calls & ~done).any())
    else:
        done = dispatches & (trace.dispatches.outcome != Outcome.RUNNING)
        times = trace.dispatches.ended_ns[done] - trace.dispatches.emitted_ns[done]
        word, unfinished = "p95 of the latency", bool((dispatches & ~done).any())
    most = parse_time(str(expectation.latency))
    found = float(np.percentile(times, 95)) if len(times) else 0.0
    value = f"{found / 1e6:.3f}ms" if len(times) else "-"
    # What never ended has no latency that could be small enough.
    return Verdict(f"{subject}: {word}", f"<= {expectation.latency}", value, found <= most and not unfinished)


def _selected(expectation: Expectation, trace: Trace) -> tuple[Mask | None, npt.NDArray[Any] | None]:
    """Which dispatches and which handlers an expectation is about; None: all."""
    events = handlers = None
    if expectation.event:
        events = np.isin(trace.dispatches.event, _names(trace, NameKind.EVENT, expectation.event))
    if expectation.handler:
        handlers = _names(trace, NameKind.HANDLER, expectation.handler)
    return events, handlers


def _names(trace: Trace, kind: NameKind, pattern: str) -> npt.NDArray[Any]:
    found = [ident for ident in trace.names.ids(kind) if fnmatch.fnmatchcase(trace.names.text(ident), pattern)]
    return np.array(found, np.int64)
