"""The cone of a dispatch or call: what led to it, link by link up to the root, and all that it led to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace

Rows = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

MOST_LEVELS = 10_000
"""Links that are climbed; a feedback loop can be as deep as its capture is long."""


def cone(trace: Trace, ident: int) -> tuple[Mask, Mask]:
    """Which dispatches and which calls lie in the cone of the one with this id; none where there is no such one."""
    dispatches, calls = np.zeros(len(trace.dispatches), bool), np.zeros(len(trace.calls), bool)
    call, dispatch = trace.calls.row_of(ident), trace.dispatches.row_of(ident)
    if call >= 0:
        calls[call] = True
        own = trace.dispatches.row_of(int(trace.calls.dispatch[call]))
        begins = np.flatnonzero(trace.dispatches.parent_call == trace.calls.id[call])
    elif dispatch >= 0:
        own, begins = dispatch, np.array([dispatch])
    else:
        return dispatches, calls
    dispatches[_below(trace, begins)] = True
    if dispatches.any():
        served = trace.dispatches.rows_of(trace.calls.dispatch)
        calls |= (served >= 0) & dispatches[served]
    _climb(trace, own, dispatches, calls)
    return dispatches, calls


def _climb(trace: Trace, dispatch: int, dispatches: Mask, calls: Mask) -> None:
    """Mark a dispatch, and every call and dispatch that led to it."""
    seen: set[int] = set()
    while dispatch >= 0 and dispatch not in seen and len(seen) < MOST_LEVELS:
        seen.add(dispatch)
        dispatches[dispatch] = True
        parent = int(trace.dispatches.parent_call[dispatch])
        call = trace.calls.row_of(parent) if parent else -1
        if call < 0:
            break
        calls[call] = True
        dispatch = trace.dispatches.row_of(int(trace.calls.dispatch[call]))


def _below(trace: Trace, begins: Rows) -> Rows:
    """Rows of these dispatches, and of all that grew from them: by pointer doubling, never one by one."""
    if not len(begins):
        return begins
    table = trace.dispatches
    rows = np.flatnonzero(table.root == table.root[begins[0]])
    parents = trace.calls.rows_of(table.parent_call[rows])
    above = np.full(len(rows), -1, np.int64)
    known = parents >= 0
    above[known] = table.rows_of(trace.calls.dispatch[parents[known]])
    place = np.minimum(np.searchsorted(rows, above), len(rows) - 1)
    up = np.where((above >= 0) & (rows[place] == above), place, np.arange(len(rows)))
    reached = np.isin(rows, begins)
    for _ in range(len(rows).bit_length()):
        reached |= reached[up]
        up = up[up]
    return np.asarray(rows[reached])
