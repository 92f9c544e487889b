"""Handlers whose turn never came, or whose body never ran, each with the reason: what raised, what was cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems import by_hand
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.analysis.problems.swallowed import said
from bus.wording import several
from buslens.records import Outcome
from buslens.watching.pending import CANCELLED_FIRST, DROPPED_FIRST, HANDED_TO

Array = npt.NDArray[Any]

MOST_READ = 20
"""Reasons of one handler that are read: they are mostly one."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """First who was skipped because another one raised, then whose body never ran, then who was skipped otherwise."""
    trace = observed.trace
    skipped = trace.skipped
    rows = trace.dispatches.rows_of(skipped.view("dispatch"))
    known = np.flatnonzero(rows >= 0)
    known = known[~observed.durable[rows[known]] & ~by_hand.dispatches(observed)[rows[known]]]
    because = trace.calls.rows_of(skipped.view("because_call")[known])
    yield from _after_a_failure(observed, known[because >= 0], because[because >= 0])
    yield from _bodies(observed)
    yield from _others(observed, known[(because < 0) & (skipped.view("handler")[known] != 0)])


DETECTOR = Detector("never-ran", "Never ran", find)


def _after_a_failure(observed: Observed, places: Array, because: Array) -> Iterator[Finding]:
    """One finding for each handler that raised: it is the cause of all that were skipped."""
    trace = observed.trace
    for handler, mine in Groups(trace.calls.handler[because]).largest():
        who = observed.text(handler)
        calls = np.unique(because[mine])
        event = observed.event_of_call(int(calls[0]))
        left = trace.skipped.view("handler")[places[mine]]
        names = [observed.text(each) for each in np.unique(left[left != 0]).tolist()[:10]]
        shown = ", ".join(names) or "later handlers"
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{shown} never ran on {event} because {who} raised",
            f"{said(observed, calls)} The handlers behind it were skipped: {several(len(mine), 'call')} in all.",
            f"Let {who} not raise, or let the others not depend on their place behind it.",
            observed.on_calls(calls, count=len(mine)), (who, event, "raised"), observed.handler_place(handler),
        )  # fmt: skip


def _bodies(observed: Observed) -> Iterator[Finding]:
    trace = observed.trace
    never = np.flatnonzero(trace.calls.outcome == Outcome.NEVER_RAN)
    never = never[~by_hand.calls(observed, never)]
    for handler, places in Groups(trace.calls.handler[never]).largest():
        mine = never[places]
        who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
        first = trace.error(int(mine[0]))
        why = first.message.splitlines()[0][:200] if first is not None and first.message.strip() else ""
        name = trace.names.text(handler)
        read = [trace.error(int(row)) for row in mine[:MOST_READ].tolist()]
        stopped = {each.format(name) for each in (CANCELLED_FIRST, DROPPED_FIRST)}
        only_cancelled = all(error is not None and error.message in stopped for error in read)
        yield Finding(
            DETECTOR.id, Severity.HINT if only_cancelled else Severity.ERROR,
            f"{who} was called on {event}, and its body never ran",
            f"{several(len(mine), 'call')} came to nothing{f': {why}' if why else ''}.",
            "Nothing, where the program cancels it on purpose." if only_cancelled else
            "Run what it returns: use an emitter for coroutines, on a loop that runs, and await it before the end.",
            observed.on_calls(mine), (who, event, "body"), observed.handler_place(handler),
        )  # fmt: skip


def _others(observed: Observed, places: Array) -> Iterator[Finding]:
    """Skipped, and no call is to blame: the record says why."""
    trace = observed.trace
    skipped = trace.skipped
    for handler, mine in Groups(skipped.view("handler")[places]).largest():
        rows = places[mine]
        who = observed.text(handler)
        why = trace.blobs.note(int(skipped.view("note")[rows[0]]))[:200]
        dispatches = trace.dispatches.rows_of(skipped.view("dispatch")[rows])
        event = observed.text(int(trace.dispatches.event[dispatches[0]]))
        yield Finding(
            DETECTOR.id, Severity.HINT, f"{who} was to be called on {event}, and never was",
            f"That was so {several(len(rows), 'time')}{f': {why}' if why else ''}.",
            "Let a pool or nursery finish what it has before it is shut down, and emit nothing after that."
            if why == HANDED_TO else "Look who unsubscribes, frees or cancels it while an emit is under way.",
            observed.on_dispatches(dispatches), (who, event, "skipped"), observed.handler_place(handler),
        )  # fmt: skip
