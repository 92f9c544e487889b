"""Whether a run did what its scenario expects: each bound next to what was counted in the trace."""

from __future__ import annotations

import fnmatch
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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
FAILURES = (Outcome.FAILED, Outcome.TIMED_OUT)


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
    dispatches, calls = _selected(expectation, trace)
    outcomes = trace.calls.outcome[calls]
    counts: dict[str, tuple[int | str | None, int]] = {
        "emitted": (expectation.emitted, int(dispatches.sum())),
        "lost": (expectation.lost, int((trace.dispatches.outcome[dispatches] == Outcome.LOST).sum())),
        "calls": (expectation.calls, len(outcomes)),
        "ok": (expectation.ok, int((outcomes == Outcome.OK).sum())),
        "failed": (expectation.failed, int(np.isin(outcomes, FAILURES).sum())),
    }
    subject = " in ".join(part for part in (expectation.event, expectation.handler) if part) or "all events"
    for word, (bound, found) in counts.items():
        if bound is not None:
            comparison, number = parse_bound(bound)
            yield Verdict(
                f"{subject}: {word}", f"{comparison} {number}", str(found), COMPARE[comparison](found, number)
            )
    if expectation.latency is not None:
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
    said = f"{found / 1e6:.3f}ms" if len(times) else "-"
    # What never ended has no latency that could be small enough.
    return Verdict(f"{subject}: {word}", f"<= {expectation.latency}", said, found <= most and not unfinished)


def _selected(expectation: Expectation, trace: Trace) -> tuple[Mask, Mask]:
    """Which dispatches and which calls an expectation is about."""
    dispatches = np.ones(len(trace.dispatches), bool)
    calls = np.ones(len(trace.calls), bool)
    if expectation.event:
        dispatches = np.isin(trace.dispatches.event, _names(trace, NameKind.EVENT, expectation.event))
        rows = trace.dispatches.rows_of(trace.calls.dispatch)
        calls = (rows >= 0) & _at(dispatches, rows)
    if expectation.handler:
        calls &= np.isin(trace.calls.handler, _names(trace, NameKind.HANDLER, expectation.handler))
    return dispatches, calls


def _at(mask: Mask, rows: npt.NDArray[Any]) -> Mask:
    return mask[rows] if len(mask) else np.zeros(len(rows), bool)


def _names(trace: Trace, kind: NameKind, pattern: str) -> list[int]:
    return [ident for ident in trace.names.ids(kind) if fnmatch.fnmatchcase(trace.names.text(ident), pattern)]
