"""What caused what: from a call to the dispatch it served, from a dispatch to the call that emitted it, and back.

Every answer is found through indexes that grow with the trace, never by recursion.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace

Rows = npt.NDArray[Any]

MAX_ANCESTORS = 10_000
"""Levels that `ancestors` climbs; a feedback loop can be as deep as its capture is long."""


def cause_of_call(trace: Trace, call_row: int) -> int:
    """Row of the dispatch that a call served, -1 where it is unknown."""
    return trace.dispatches.row_of(int(trace.calls.dispatch[call_row]))


def cause_of_dispatch(trace: Trace, dispatch_row: int) -> int:
    """Row of the call that emitted a dispatch, -1 for a root or where it is unknown."""
    parent = int(trace.dispatches.parent_call[dispatch_row])
    return trace.calls.row_of(parent) if parent else -1


def calls_of(trace: Trace, dispatch_row: int) -> Rows:
    """Rows of a dispatch's calls, in the order in which they started."""
    return trace.calls.by_dispatch.rows(int(trace.dispatches.id[dispatch_row]))


def emitted_in(trace: Trace, call_row: int) -> Rows:
    """Rows of the dispatches that a call emitted, in order."""
    return trace.dispatches.by_parent.rows(int(trace.calls.id[call_row]))


def ancestors(trace: Trace, kind: str, row: int, limit: int = MAX_ANCESTORS) -> list[tuple[str, int]]:
    """What led to a dispatch or call, nearest first up to the root: ("dispatch" | "call", row) each."""
    chain: list[tuple[str, int]] = []
    seen: set[tuple[str, int]] = {(kind, row)}
    while len(chain) < limit:
        row = cause_of_call(trace, row) if kind == "call" else cause_of_dispatch(trace, row)
        kind = "dispatch" if kind == "call" else "call"
        if row < 0 or (kind, row) in seen:
            break
        seen.add((kind, row))
        chain.append((kind, row))
    return chain


def flow(trace: Trace, root_id: int, limit: int = 10_000) -> Rows:
    """Rows of the dispatches that grew from a root emit, the root's included, oldest first."""
    return np.flatnonzero(trace.dispatches.root == np.uint64(root_id))[:limit]


def cause_word(trace: Trace, dispatch_row: int) -> str:
    """What is known of a dispatch's cause: "call", "root" for none, or "unknown"."""
    if trace.dispatches.cause_unknown[dispatch_row]:
        return "unknown"
    return "call" if trace.dispatches.parent_call[dispatch_row] else "root"


def begins_unknown(trace: Trace, dispatch_row: int) -> bool:
    """Whether nobody knows what caused the first dispatch of this one's flow, as far as the flow is there."""
    return bool(with_unknown_begin(trace, np.array([dispatch_row]))[0])


def with_unknown_begin(trace: Trace, dispatch_rows: Rows) -> npt.NDArray[np.bool_]:
    """The same as `begins_unknown` of each of these dispatches."""
    dispatches = trace.dispatches
    firsts = dispatches.rows_of(dispatches.root[dispatch_rows])
    rows = np.where(firsts >= 0, firsts, dispatch_rows)
    parents = dispatches.parent_call[rows]
    is_lost = (parents != 0) & (trace.calls.rows_of(parents) < 0)
    return np.asarray(dispatches.cause_unknown[rows] | is_lost, np.bool_)
