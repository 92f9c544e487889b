"""Coroutines that hold up their event loop, by what others did meanwhile: nothing, and then all at once.

Long steps are recorded themselves (see blocking.py), but not in older captures, and not on buses on which nothing
stands in for a coroutine. But while a coroutine awaits, others go on: where a task that was ready began only when
another one had ended, and nothing else moved on that thread in between, the other one never awaited.
A bus that calls one handler after the other lets them wait by design: only buses whose calls overlap are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.observed import Groups, Observed

Array = npt.NDArray[Any]

AT_ONCE_NS = 5_000_000
"""Who begins so soon after another one's end was waiting for that."""

MOST_LANES = 50
"""Threads that are looked at: a program has few with a loop."""

PYEE = "pyee.asyncio."
"""The class of emitters that begin all their tasks at once, whether two of them were seen to overlap or not."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Calls that blocked, and for each one that waited for it: pairs."""

    by: Array
    """Row of the call that never awaited."""

    waited: Array
    """Row of a call that could not begin meanwhile."""


def blocked_by_coroutines(observed: Observed, coroutines: Array, least_ns: int) -> Blocked:
    """Pairs of calls. coroutines: rows of all coroutines. least_ns: shorter waits are not looked at."""
    calls = observed.trace.calls
    concurrent, at_once = _concurrent(observed, coroutines)
    is_at_once = np.zeros(len(calls), bool)
    is_at_once[coroutines[at_once]] = True
    ready = coroutines[concurrent]
    ready = ready[(calls.started_ns[ready] - calls.emitted_ns[ready] >= least_ns) & (calls.attempt[ready] <= 1)]
    by, waited = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for lane, places in Groups(calls.lane[ready]).largest(most=MOST_LANES):
        mine = np.flatnonzero(calls.lane == lane)
        blockers, late = _on_lane(observed, coroutines[calls.lane[coroutines] == lane], mine, ready[places], least_ns)
        by.append(blockers)
        waited.append(late)
    found = Blocked(np.concatenate(by), np.concatenate(waited))
    # A handler that does one call at a time lets its own calls wait, unless its emitter knows no such thing.
    sure = (calls.handler[found.by] != calls.handler[found.waited]) | is_at_once[found.waited]
    return Blocked(found.by[sure], found.waited[sure])


def _on_lane(observed: Observed, own: Array, everything: Array, late: Array, least_ns: int) -> tuple[Array, Array]:
    calls = observed.trace.calls
    own = own[calls.ended_ns[own] - calls.started_ns[own] >= least_ns]
    if not len(own):
        return own, own
    own = own[np.argsort(calls.ended_ns[own], kind="stable")]
    at = np.searchsorted(calls.ended_ns[own], calls.started_ns[late], "right") - 1
    late, by = late[at >= 0], own[at[at >= 0]]
    began, ended = calls.started_ns[by], calls.ended_ns[by]
    held = ended - np.maximum(began, calls.emitted_ns[late])
    sure = (calls.started_ns[late] - ended <= AT_ONCE_NS) & (held >= least_ns) & (by != late)
    late, by, began, ended = late[sure], by[sure], began[sure], ended[sure]
    quiet = np.ones(len(by), bool)
    ends = calls.ended_ns[everything]
    for times in (np.sort(calls.started_ns[everything]), np.sort(ends[ends >= 0])):
        quiet &= np.searchsorted(times, began, "right") == np.searchsorted(times, ended, "left")
    return by[quiet], late[quiet]


def _concurrent(observed: Observed, coroutines: Array) -> tuple[Array, Array]:
    """Which of these calls are on a bus that lets calls overlap, by what was seen; and which on one that always does.

    Only calls of events that no call has caused count: who awaits what it emits overlaps with that by itself.
    """
    trace = observed.trace
    calls, names = trace.calls, trace.names
    rows = observed.dispatch_of_call[coroutines]
    known = np.flatnonzero(rows >= 0)
    known = known[~observed.durable[rows[known]]]
    buses = np.full(len(coroutines), -1, np.int64)
    buses[known] = trace.events.buses(trace.dispatches.event[rows[known]])
    roots = known[trace.dispatches.parent_call[rows[known]] == 0]
    at_once = [each for each in np.unique(buses[known]).tolist() if names[each].class_name.startswith(PYEE)]
    overlapping = list(at_once)
    for bus, places in Groups(buses[roots]).largest():
        mine = coroutines[roots[places]]
        mine = mine[np.argsort(calls.started_ns[mine], kind="stable")]
        ends = calls.ended_ns[mine]
        longest = np.maximum.accumulate(np.where(ends < 0, np.iinfo(np.int64).max, ends))
        if bool((calls.started_ns[mine][1:] < longest[:-1]).any()):
            overlapping.append(bus)
    return np.isin(buses, overlapping), np.isin(buses, at_once)
