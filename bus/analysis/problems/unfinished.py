"""Calls that never end: against how long the others of their handler take, and what they have begun meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems import by_hand
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.analysis.standstill import standstill
from bus.analysis.stood import longest_stood, stood_sentence, waits_at
from bus.wording import duration, several
from buslens.records import Outcome
from buslens.watching.pending import THROWN_AWAY

Array = npt.NDArray[Any]

LONG_NS = 1_000_000_000
"""Shorter calls are only under way."""

TIMES = 10
"""So many times as long as the longest that ended well: that is no slow call, it hangs."""

MOST_LOOKED = 200
"""Handlers with long calls, of which it is looked how long the others take."""

MOST_READ = 50
"""Reasons of one handler that are read."""

MOST_NAMED = 5
"""Handlers by which a run is known again that stands still."""

KNOWN = 3
"""Calls that ended well, from which one knows how long they take."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler, the one with the most calls first; whose task was thrown away; then what had not begun."""
    trace = observed.trace
    if trace.marks.stands_still:
        yield from _for_ever(observed)
        return
    calls = trace.calls
    end = trace.span_ns[1]
    open_ = np.flatnonzero(np.isin(calls.outcome, (Outcome.RUNNING, Outcome.CANCELLED)))
    ended = calls.ended_ns[open_]
    lasted = np.where(ended < 0, end, ended) - calls.started_ns[open_]
    long = np.flatnonzero(lasted >= LONG_NS)
    for handler, places in Groups(calls.handler[open_[long]]).largest(most=MOST_LOOKED):
        yield from _of_handler(observed, handler, open_[long[places]], lasted[long[places]])
    yield from _thrown_away(observed, open_)
    yield from _not_begun(observed)


DETECTOR = Detector("unfinished", "Unfinished", find)


def _for_ever(observed: Observed) -> Iterator[Finding]:
    """Of a run in which nothing can happen any more: all that is open, which has one cause."""
    trace = observed.trace
    rows = np.flatnonzero(trace.calls.outcome == Outcome.RUNNING)
    who = [observed.text(each) for each in np.unique(trace.calls.handler[rows])[:MOST_NAMED].tolist()]
    yield Finding(
        DETECTOR.id, Severity.WARNING, f"the run stands still: {several(len(rows), 'call')} will never end",
        f"Nothing can happen any more: {standstill(trace)}.",
        "Give what waits a timeout, the service another worker or a longer queue; or emit what is awaited.",
        observed.on_calls(rows), (*who, "stands still"),
        observed.handler_place(int(trace.calls.handler[rows[0]])) if len(rows) else None,
    )  # fmt: skip


def _of_handler(observed: Observed, handler: int, rows: Array, lasted: Array) -> Iterator[Finding]:
    trace = observed.trace
    calls = trace.calls
    well = np.flatnonzero((calls.handler == handler) & (calls.outcome == Outcome.OK))
    usual = int((calls.ended_ns[well] - calls.started_ns[well]).max()) if len(well) >= KNOWN else -1
    hangs = lasted >= max(LONG_NS, TIMES * usual) if usual >= 0 else np.zeros(len(rows), bool)
    runs = calls.outcome[rows] == Outcome.RUNNING
    who = observed.text(handler)
    if hangs.any():
        mine, times = rows[hangs], lasted[hangs]
        event = observed.event_of_call(int(mine[0]))
        how = f"hangs on {event}" if runs[hangs].any() else f"hung on {event} until it was cancelled"
        longest = duration(int(times.max()))
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{who} {how}, for {longest}",
            f"{several(len(well), 'other call')} ended well, each within {duration(usual)}, and "
            f"{several(len(mine), 'call')} did not.{_stood(observed, mine)}{_waits_for(observed, mine)}",
            "Look what it waits for: a reply that never came, a lock, a queue without an end. Give it a timeout.",
            observed.on_calls(mine, numbers=(("usual", duration(usual)), ("longest", longest))),
            (who, event, "hangs"), observed.handler_place(handler),
        )  # fmt: skip
    elif trace.ended and runs.any() and usual < 0:
        mine = rows[runs]
        event = observed.event_of_call(int(mine[0]))
        yield Finding(
            DETECTOR.id, Severity.HINT, f"{who} had not ended on {event} when the program did",
            f"It ran for {duration(int(lasted[runs].max()))} by then; nothing tells how long it should take."
            f"{_stands(observed, mine)}{_waits_for(observed, mine)}",
            "Nothing, where it is to run as long as the program; else wait for it before the end.",
            observed.on_calls(mine), (who, event, "running"), observed.handler_place(handler),
        )  # fmt: skip


def _stood(observed: Observed, rows: Array) -> str:
    """Where the first of these calls waited that was told to stop, or was seen, as a sentence; "" for not known."""
    said = next((said for row in rows[:MOST_READ].tolist() if (said := _reason(observed, row))), "")
    return f" {said[0].upper()}{said[1:600]}." if said else _stands(observed, rows)


def _stands(observed: Observed, rows: Array) -> str:
    """Where the first of these calls was seen that runs still, as a sentence; "" where nobody has looked."""
    trace = observed.trace
    running = rows[trace.calls.ended_ns[rows] < 0][:MOST_READ].tolist()
    said = next((said for row in running if (said := waits_at(trace, row))), "")
    return f" It was last seen to wait at {said}." if said else stood_sentence(longest_stood(trace, running))


def _thrown_away(observed: Observed, open_: Array) -> Iterator[Finding]:
    """Tasks that nobody had kept, and that were freed while they waited."""
    calls = observed.trace.calls
    rows = open_[(calls.outcome[open_] == Outcome.CANCELLED) & (calls.error[open_] > 0)]
    for handler, places in Groups(calls.handler[rows]).largest(most=MOST_LOOKED):
        read = rows[places[:MOST_READ]].tolist()
        mine = np.array([row for row in read if _reason(observed, row) == THROWN_AWAY], np.int64)
        if not len(mine):
            continue
        who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{who} was thrown away on {event} before it had ended",
            f"The task of {several(len(mine), 'call')} was freed while it waited: nobody had kept a reference to it. "
            "What it should have done after that never ran.",
            "Keep what has the task (the bus, a set of tasks) as long as it is to run, and wait for it before the end.",
            observed.on_calls(mine), (who, event, "thrown away"), observed.handler_place(handler),
        )  # fmt: skip


def _reason(observed: Observed, row: int) -> str:
    error = observed.trace.error(row)
    return error.message if error is not None else ""


def _waits_for(observed: Observed, rows: Array) -> str:
    """What one of these calls has begun and what has not ended either."""
    trace = observed.trace
    emitted = np.concatenate([trace.dispatches.by_parent.rows(int(trace.calls.id[row])) for row in rows[:20]])
    inside = observed.calls_of(emitted.astype(np.int64)) if len(emitted) else emitted.astype(np.int64)
    inside = inside[trace.calls.outcome[inside] == Outcome.RUNNING]
    names = [observed.text(each) for each in np.unique(trace.calls.handler[inside]).tolist()[:5]]
    return f" Of what it has emitted {', '.join(names)} have not ended either." if names else ""


def _not_begun(observed: Observed) -> Iterator[Finding]:
    """Announced, and neither called nor skipped, in a program that came to its end."""
    trace = observed.trace
    if not trace.ended or observed.lacks:
        return
    rows = np.flatnonzero((trace.dispatches.waiting > 0) & ~observed.durable & ~by_hand.dispatches(observed)[:-1])
    for event, places in Groups(trace.dispatches.event[rows]).largest():
        mine, text = rows[places], observed.text(event)
        calls = int(trace.dispatches.waiting[mine].sum())
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{several(calls, 'call')} of {text} had not begun when the program ended",
            f"{several(len(mine), 'emit')} announced handlers that were never called.",
            "Wait for the bus before the program ends (wait_for_complete, shutdown of the pool).",
            observed.on_dispatches(mine), (trace.names.text(event), "not begun"),
        )  # fmt: skip
