"""Emits inside a handler of the same event: who is called behind that handler sees the inner one before the outer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.analysis.problems.storm import ROUNDS
from bus.wording import several

Array = npt.NDArray[Any]

LEVELS = 8
"""How far above an emit one of the same event is looked for."""

MOST_PAIRS = 500_000


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Event by event and handler that emits again, with who was overtaken."""
    if observed.loops is None:
        return
    inner, outer = _nested(observed)
    late, early = _overtaken(observed, inner, outer)
    if not len(late):
        return
    trace = observed.trace
    inside = observed.dispatch_of_call[early]
    emitter = trace.calls.handler[trace.calls.rows_of(trace.dispatches.parent_call[inside])]
    event = trace.dispatches.event[inside].astype(np.int64)
    alone = np.bincount(outer, minlength=len(trace.dispatches))
    for _, places in Groups(event << 32 | emitter).largest():
        rows = inside[places]
        once = bool((alone[observed.dispatch_of_call[late[places]]] == 1).all() and not np.isin(rows, outer).any())
        yield _finding(observed, late[places], rows, int(emitter[places[0]]), is_correction=once)


DETECTOR = Detector("re-entrancy", "Re-entrancy", find)


def _nested(observed: Observed) -> tuple[Array, Array]:
    """Rows of dispatches, and of the next one of the same event above each; those of storms are told as such."""
    trace, loops = observed.trace, observed.loops
    assert loops is not None
    deep = np.flatnonzero(loops.depth > 0)
    event, up = trace.dispatches.event, observed.parent_dispatch
    longest = np.zeros(len(up), np.int64)
    np.maximum.at(longest, loops.begin[deep], loops.depth[deep])
    inner = deep[:MOST_PAIRS]
    inner = inner[longest[loops.begin[inner]] < 2 * ROUNDS]
    found, at = np.full(len(inner), -1, np.int64), inner
    for _ in range(LEVELS):
        at = np.where(at >= 0, up[at], -1)
        same = (at >= 0) & (found < 0)
        same[same] = event[at[same]] == event[inner[same]]
        found[same] = at[same]
    return inner[found >= 0], found[found >= 0]


def _overtaken(observed: Observed, inner: Array, outer: Array) -> tuple[Array, Array]:
    """Rows of calls of outer dispatches that began only after the same handler's call of the inner one."""
    calls = observed.trace.calls
    if not len(inner):
        return inner, inner
    rows = observed.calls_of(np.r_[inner, outer])
    rows = rows[calls.attempt[rows] <= 1]
    many = int(calls.handler[rows].max(initial=0)) + 1
    keys = observed.dispatch_of_call[rows] * many + calls.handler[rows]
    order = np.argsort(keys, kind="stable")
    rows, keys = rows[order], keys[order]
    above = np.full(len(observed.trace.dispatches), -1, np.int64)
    above[inner] = outer
    of_inner = np.flatnonzero(above[observed.dispatch_of_call[rows]] >= 0)
    wanted = above[observed.dispatch_of_call[rows[of_inner]]] * many + calls.handler[rows[of_inner]]
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    late, early = rows[at], rows[of_inner]
    is_late = (keys[at] == wanted) & (calls.started_ns[late] > calls.started_ns[early])
    return late[is_late], early[is_late]


def _finding(observed: Observed, late: Array, inside: Array, emitter: int, *, is_correction: bool) -> Finding:
    trace = observed.trace
    event, who = observed.text(int(trace.dispatches.event[inside[0]])), observed.text(emitter)
    behind = [observed.text(each) for each in np.unique(trace.calls.handler[late]).tolist()[:5]]
    shown = ", ".join(behind)
    return Finding(
        DETECTOR.id, Severity.WARNING if is_correction else Severity.HINT,
        f"{shown} saw {event} in the wrong order: {who} emits it again from inside",
        f"{several(len(late), 'time')} the emit from inside was handled before the one that had caused it, so that "
        f"what {behind[0]} saw last is the older state.",
        f"Emit after the first emit is over (put it off to the loop or a queue), or subscribe {who} last.",
        observed.on_calls(late, dispatches=tuple(trace.dispatches.id[inside[:20]].tolist())),
        (event, who), observed.handler_place(emitter),
    )  # fmt: skip
