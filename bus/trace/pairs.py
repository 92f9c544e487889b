"""What became of each pair of a dispatch and a handler that it was for: how often called and handled, in what order.

This is the one definition of delivered, twice and out of order. Ten million calls take some seconds: off the Qt thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.trace import fates
from bus.trace.consumers import Consumers
from buslens.records import Flag, Outcome

if TYPE_CHECKING:
    from bus.trace.trace import Trace

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Pairs:
    """One value for each pair, in the order of the dispatches."""

    dispatch: Array
    """Row of the dispatch."""

    consumer: Array
    """Name id of the handler, of a queue where no handler is known for it."""

    calls: Array
    """How many; 0 where a broker holds it for the handler and none has begun, or an earlier handler raised."""

    handled: Array
    """How many of them ended well."""

    fate: Array
    """One of fates.HANDLED to fates.LOST."""

    out_of_order: Array
    """Whether it was handled only after one that was emitted later had been handled."""

    @property
    def delivered(self) -> int:
        """How many pairs have at least one call."""
        return int(np.count_nonzero(self.calls))

    @property
    def twice(self) -> int:
        """How many calls too many ended well."""
        return int(np.maximum(self.handled - 1, 0).sum())

    def take(self, which: Array) -> Pairs:
        """The pairs at these places, or where this mask is true."""
        return Pairs(*(getattr(self, name)[which] for name in self.__slots__))


def of(trace: Trace) -> Pairs:
    """All pairs of a trace."""
    calls, consumers = trace.calls, Consumers(trace)
    rows = trace.dispatches.rows_of(calls.dispatch)
    known = np.flatnonzero(rows >= 0)
    handler = consumers.of_handlers(calls.handler[known])
    carried = fates.deliveries(trace, consumers)
    skipped, by, _ = fates.skips(trace)
    skipped, by = skipped[by != 0], consumers.of_handlers(by[by != 0])
    everybody, place = np.unique(np.concatenate([handler, carried.consumer, by]), return_inverse=True)
    many = max(1, len(everybody))
    keys = np.concatenate([rows[known], carried.dispatch, skipped]).astype(np.int64) * many + place
    units, number = np.unique(keys, return_inverse=True)
    number, told, never = np.split(number, [len(known), len(known) + len(carried.dispatch)])
    outcome = calls.outcome[known]
    well = np.flatnonzero(outcome == Outcome.OK)
    fate = fates.worst(outcome, calls.attempt[known], number, len(units))
    fate[told] = carried.fate
    fate[never] = fates.LOST
    return Pairs(
        dispatch=units // many,
        consumer=everybody[units % many] if len(units) else units,
        calls=np.bincount(number, minlength=len(units)),
        handled=np.bincount(number[well], minlength=len(units)),
        fate=fate,
        out_of_order=_late(trace, known[well], number[well], units, many),
    )


def _late(trace: Trace, calls: Array, number: Array, units: Array, many: int) -> Array:
    """Which pairs were handled late. calls: rows of those that ended well; number: the pair of each."""
    late = np.zeros(len(units), bool)
    # A pair counts when it is handled for the first time; calls that end together ended in the order of their rows.
    order = np.argsort(trace.calls.ended_ns[calls], kind="stable")
    _, first = np.unique(number[order], return_index=True)
    order = order[np.sort(first)]
    calls, number = calls[order], number[order]
    place, dispatch = units[number] % many, units[number] // many
    by_place = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=many))
    for mine in np.split(by_place, ends[:-1]):
        emitted = dispatch[mine]
        suspects = np.flatnonzero(emitted < np.maximum.accumulate(emitted)) if len(mine) else mine
        if len(suspects):
            suspects = suspects[_overtaken(trace, calls[mine], emitted, suspects)]
            late[number[mine[suspects]]] = True
    return late


def _overtaken(trace: Trace, calls: Array, emitted: Array, suspects: Array) -> Array:
    """Which suspects were handled after a later event, if calls inside others of their handler end with those.

    calls: rows of one handler's calls in the order of their ends; emitted: the row of each one's dispatch.
    """
    around = _around(trace, calls)
    ends, rows = trace.calls.ended_ns[calls[around]], calls
    order = np.lexsort((rows, ends))
    highest = np.maximum.accumulate(emitted[order])
    # As one number each, so that one search finds how many ended before.
    own_ends, own_rows = trace.calls.ended_ns[calls[suspects]], calls[suspects]
    merged = np.lexsort(
        (np.r_[np.ones(len(order)), np.zeros(len(suspects))], np.r_[rows, own_rows], np.r_[ends, own_ends])
    )
    is_suspect = merged >= len(order)
    before = np.cumsum(~is_suspect)[is_suspect]
    count = np.empty(len(suspects), np.int64)
    count[merged[is_suspect] - len(order)] = before
    return np.asarray((count > 0) & (highest[np.maximum(count - 1, 0)] > emitted[suspects]))


def _around(trace: Trace, calls: Array) -> Array:
    """The outermost of these calls that each one lies in, itself where there is none.

    Only plain functions wait for what runs inside them; coroutines on one thread overlap and wait for nobody.
    """
    table = trace.calls
    outer = np.arange(len(calls))
    plain = np.flatnonzero((table.flags[calls] & Flag.ASYNC == 0) & (table.lane[calls] != 0))
    lanes = table.lane[calls[plain]]
    start, end = table.started_ns[calls[plain]], table.ended_ns[calls[plain]]
    order = np.lexsort((calls[plain], start, lanes))
    for mine in np.split(order, np.flatnonzero(np.diff(lanes[order])) + 1):
        if len(mine) < 2:
            continue
        longest = np.maximum.accumulate(end[mine])
        opens = np.r_[True, (start[mine][1:] >= longest[:-1]) | (end[mine][1:] > longest[:-1])]
        outer[plain[mine]] = plain[mine[np.maximum.accumulate(np.where(opens, np.arange(len(mine)), 0))]]
    return outer
