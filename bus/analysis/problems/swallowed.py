"""Failures that nobody has seen: no listener of `error`, one that failed itself, or a bus that caught the exception.

An exception that comes out of an emit is none of these: whoever has emitted gets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import several
from buslens.records import Flag
from buslens.watching.results import GIVEN, HANDED, UNREAD

Array = npt.NDArray[Any]

MOST_READ = 3
"""Errors of one handler that are read, the first ones: what becomes of them is the same for all."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler, what failed most often first."""
    yield from _unheard(observed)
    yield from _failing_listeners(observed)
    yield from _caught(observed)


DETECTOR = Detector("swallowed-exception", "Swallowed exception", find)


def _unheard(observed: Observed) -> Iterator[Finding]:
    trace = observed.trace
    rows = observed.errors_of_buses
    rows = rows[trace.dispatches.handlers[rows] == 0]
    calls = trace.calls.rows_of(trace.dispatches.parent_call[rows])
    for handler, places in Groups(trace.calls.handler[calls]).largest():
        mine = calls[places]
        who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
        yield Finding(
            DETECTOR.id, Severity.ERROR, f"{who} failed on {event}, and nobody listens to `error`",
            f"{said(observed, mine)} The emit was over by then, so that whoever emitted {event} cannot know; it "
            "reached at most a log.",
            "Listen to `error` on this bus, or handle the exception in the handler.",
            observed.on_calls(mine), (who, event, "no listener"), observed.handler_place(handler),
        )  # fmt: skip


def _failing_listeners(observed: Observed) -> Iterator[Finding]:
    trace = observed.trace
    is_error = np.zeros(len(trace.dispatches), bool)
    is_error[observed.errors_of_buses] = True
    failed = observed.failed_calls
    rows = observed.dispatch_of_call[failed]
    failed = failed[(rows >= 0) & is_error[rows]] if len(is_error) else failed[:0]
    for handler, places in Groups(trace.calls.handler[failed]).largest():
        mine, who = failed[places], observed.text(handler)
        yield Finding(
            DETECTOR.id, Severity.ERROR, f"{who}, which listens to `error`, fails itself",
            f"{said(observed, mine)} What it should have told of is lost with it.",
            "Handlers of `error` must not raise: catch what may go wrong in them.",
            observed.on_calls(mine), (who, "failing listener"), observed.handler_place(handler),
        )  # fmt: skip


def _caught(observed: Observed) -> Iterator[Finding]:
    """Plain handlers that failed, and whose exceptions the bus has caught; what the record says of that comes first."""
    trace = observed.trace
    calls = trace.calls
    failed = observed.failed_calls
    plain = calls.flags[failed] & (Flag.ASYNC | Flag.UNTIMED) == 0
    rows = observed.dispatch_of_call[failed]
    told = calls.rows_of(trace.dispatches.parent_call[observed.errors_of_buses])
    failed = failed[plain & (rows >= 0) & ~np.isin(failed, told)]
    failed = failed[~observed.durable[observed.dispatch_of_call[failed]]]
    if not len(failed):
        return
    inferred = np.zeros(len(calls), bool)
    inferred[_of_buses_that_went_on(observed, failed)] = True
    for handler, places in Groups(calls.handler[failed]).largest():
        mine = failed[places]
        kept = {error.kept for row in mine[:MOST_READ].tolist() if (error := trace.error(row)) is not None}
        if HANDED in kept:
            continue
        if not kept & {UNREAD, GIVEN}:
            mine = mine[inferred[mine]]
        if len(mine):
            yield _of_caught(observed, handler, mine, kept)


def _of_caught(observed: Observed, handler: int, mine: Array, kept: set[str]) -> Finding:
    who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
    if UNREAD in kept:
        severity, what = Severity.WARNING, "it was among what that gave back, which the program threw away"
    else:
        severity = Severity.HINT if GIVEN in kept else Severity.WARNING
        what = "only what that gave back tells of it"
    return Finding(
        DETECTOR.id, severity, f"{who} failed on {event}, and the bus kept the exception",
        f"{said(observed, mine)} It did not come out of the emit: {what}.",
        "Look at what the emit returns (send_robust and the like), or handle the exception in the handler.",
        observed.on_calls(mine), (who, event, "caught"), observed.handler_place(handler),
    )  # fmt: skip


def _of_buses_that_went_on(observed: Observed, failed: Array) -> Array:
    """Those calls on a bus that has called another plain handler after one that failed: so it has the exception."""
    trace = observed.trace
    calls = trace.calls
    rows = observed.dispatch_of_call[failed]
    others = observed.calls_of(rows)
    others = others[(calls.flags[others] & Flag.ASYNC == 0) & (calls.attempt[others] <= 1)]
    last = np.full(len(trace.dispatches), np.iinfo(np.int64).min)
    np.maximum.at(last, observed.dispatch_of_call[others], calls.started_ns[others])
    went_on = failed[last[rows] >= calls.ended_ns[failed]]
    # Who comes last has nobody behind it: what the bus does with the others of its event it does with this one.
    buses = np.unique(trace.dispatches.event[observed.dispatch_of_call[went_on]])
    return np.asarray(failed[np.isin(trace.dispatches.event[rows], buses)])


def said(observed: Observed, calls: Array) -> str:
    """How often these calls failed, and what the first one raised, as a sentence."""
    error = observed.trace.error(int(calls[0]))
    times = f"It failed {several(len(calls), 'time')}"
    if error is None:
        return f"{times}."
    message = error.message.splitlines()[0][:200] if error.message.strip() else ""
    return f"{times}, first with {error.type[:100]}{f': {message}' if message else ''}."
