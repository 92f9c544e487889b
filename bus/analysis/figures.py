"""What one run did, in the numbers by which engines are compared. Events that a bus emits by itself do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import ledger
from bus.analysis.statistics import Quantiles, quantiles_of
from bus.scenario.references import BUILT_IN_EVENTS
from bus.trace.same_handler import SameHandler
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of events, and of pairs of an event and a handler that it was for."""

    emitted: int
    """Events."""

    delivered: int
    """Pairs with a call."""

    lost: int
    """Events that one of their handlers, or all, will never have handled, dead letters apart."""

    kept: int
    """Events that wait: for a handler, or for the end of their calls."""

    duplicated: int
    """Pairs that were handled well more than once, counted once for each time too many."""

    out_of_order: int
    """Pairs that were handled well after an event that was emitted later, by the same handler."""

    dead_lettered: int
    """Events."""

    queue_delay: Quantiles
    """Of all calls: start minus emit."""

    latency: Quantiles
    """Of all events whose calls ended: the last call's end minus emit."""


def of_trace(trace: Trace) -> Figures:
    """Count."""
    own = _own(trace)
    fates = ledger.fates_of(trace)[0][own]
    counts = np.bincount(fates, minlength=ledger.OPEN + 1)
    calls = trace.calls
    rows = trace.dispatches.rows_of(calls.dispatch)
    chosen = np.flatnonzero((rows >= 0) & own[rows]) if len(own) else np.empty(0, np.int64)
    pairs = _Pairs(trace, rows[chosen], chosen)
    dispatches = trace.dispatches
    ended = own & ~np.isin(dispatches.outcome, (Outcome.RUNNING, Outcome.LOST, Outcome.KEPT))
    return Figures(
        emitted=int(own.sum()),
        delivered=pairs.delivered,
        lost=int(counts[ledger.DROPPED]),
        kept=int(counts[ledger.OPEN]),
        duplicated=pairs.duplicated,
        out_of_order=pairs.out_of_order,
        dead_lettered=int(counts[ledger.DEAD]),
        queue_delay=quantiles_of((calls.started_ns - calls.emitted_ns)[chosen]),
        latency=quantiles_of((dispatches.ended_ns - dispatches.emitted_ns)[ended]),
    )


def _own(trace: Trace) -> Array:
    """Which dispatches are no `error` or `new_listener` of the bus itself."""
    built_in = [ident for ident in trace.names.ids(NameKind.EVENT) if trace.names.text(ident) in BUILT_IN_EVENTS]
    return ~np.isin(trace.dispatches.event, built_in)


class _Pairs:
    """Calls grouped by their event and their handler."""

    def __init__(self, trace: Trace, dispatches: Array, calls: Array) -> None:
        same = SameHandler()
        same.update(trace.names)
        handlers = same.firsts(trace.calls.handler[calls])
        pairs = np.stack([dispatches.astype(np.int64), handlers])
        unique, number = np.unique(pairs, axis=1, return_inverse=True)
        number = number.reshape(-1)
        well = np.flatnonzero(trace.calls.outcome[calls] == Outcome.OK)
        times = np.bincount(number[well], minlength=unique.shape[1])
        self.delivered = int(unique.shape[1])
        self.duplicated = int(np.maximum(times - 1, 0).sum())
        # A pair counts when it is handled for the first time; calls that end together ended in the order of their rows.
        order = well[np.lexsort((calls[well], trace.calls.ended_ns[calls[well]]))]
        _, first = np.unique(number[order], return_index=True)
        order = order[np.sort(first)]
        self.out_of_order = sum(
            _late(dispatches[order[handlers[order] == handler]]) for handler in np.unique(handlers[order])
        )


def _late(sequence: Array) -> int:
    """How many come after one that is larger."""
    return int(np.count_nonzero(sequence < np.maximum.accumulate(sequence))) if len(sequence) else 0
