"""What a failed test's buses did, in a few lines, and what detectors say of a test."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.detector import Detector
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.looking import look
from bus.testing.answers import FAILED, Row, failures
from bus.trace.trace import Trace
from bus.wording import several
from buslens.records import Outcome

MOST_LINES = 5
"""Of each kind: failures, lost events, problems."""


def lines(trace: Trace, begin_ns: int, muted: Collection[str] = ()) -> list[str]:
    """What happened in the test: how much, what failed, what nobody heard, what detectors say."""
    dispatches, calls = trace.dispatches, trace.calls
    mine = dispatches.emitted_ns >= begin_ns
    if not mine.any() and not (calls.ended_ns >= begin_ns).any():
        return ["no event was emitted on any bus that buslens knows"]
    began = calls.started_ns >= begin_ns
    failed = int((np.isin(calls.outcome, FAILED) & (calls.ended_ns >= begin_ns)).sum())
    running = int((calls.outcome[began] == Outcome.RUNNING).sum())
    return [
        f"{several(int(mine.sum()), 'event')} emitted, {several(int(began.sum()), 'call')}, {failed} failed"
        + (f", {running} still running" if running else ""),
        *_bounded([_failure(each) for each in failures(trace, begin_ns)]),
        *_bounded(list(_unheard(trace, begin_ns))),
        *_bounded([_problem(each) for each in findings(trace, begin_ns, DETECTORS, muted)]),
    ]


def findings(trace: Trace, begin_ns: int, detectors: Sequence[Detector], muted: Collection[str] = ()) -> list[Finding]:
    """Warnings and errors of these detectors that happened in the test, or still did."""
    found = look(trace, detectors, muted).findings
    return [each for each in found if each.severity >= Severity.WARNING and each.evidence.last_ns >= begin_ns]


def sentence(finding: Finding) -> str:
    """A finding as the failure of a test."""
    place = f"\n  at {finding.place}" if finding.place else ""
    return f"{finding.title} [{finding.detector}]{place}\n  {finding.meaning}\n  next: {finding.advice}"


def _failure(call: Row) -> str:
    error = call["error"] or {"type": call["outcome"], "message": ""}
    message = (error["message"].splitlines() or [""])[0][:200]
    place = f" ({call['file']}:{call['line']})" if call["file"] else ""
    after = f"{call['ended_ms'] - call['started_ms']:.1f} ms" if call["ended_ms"] is not None else "?"
    return (
        f"failed: {call['handler']}{place} on {call['event']}, {call['started_ms']:.1f} ms into the test, "
        f"after {after}: {error['type']}{f': {message}' if message else ''}"
    )


def _unheard(trace: Trace, begin_ns: int) -> Iterator[str]:
    dispatches = trace.dispatches
    rows = np.flatnonzero((dispatches.outcome == Outcome.LOST) & (dispatches.emitted_ns >= begin_ns))
    events, counts = np.unique(dispatches.event[rows], return_counts=True)
    for event, count in zip(events.tolist(), counts.tolist(), strict=True):
        yield f"heard by nobody: {trace.names.text(event)}{f', {count} times' if count > 1 else ''}"


def _problem(finding: Finding) -> str:
    return f"{finding.severity.word}: {finding.title} [{finding.detector}]"


def _bounded(told: list[str]) -> list[str]:
    more = len(told) - MOST_LINES
    return [*told[:MOST_LINES], *([f"... and {more} more"] if more > 0 else [])]
