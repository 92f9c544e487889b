"""How often, how long, how often in vain: one row for each event and one for each handler, of a whole trace or a span.

Quantiles are times that were measured (nearest rank), never something between two of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.numbers import ended
from bus.trace.fates import LOST
from bus.trace.same_handler import SameHandler
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]
Span = tuple[int, int]
Rows = Array | slice
"""Row numbers; a slice where it is all of them, of which no copy is made."""

MOST_TABLED = 1 << 22
"""Values below this are looked up in a table; sorting millions of rows takes longer than making it."""

_QUANTILES = (0.50, 0.90, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Nanoseconds; NaN where nothing was measured."""

    p50: float = math.nan
    p90: float = math.nan
    p95: float = math.nan
    p99: float = math.nan
    max: float = math.nan


UNKNOWN = Quantiles()


@dataclass(frozen=True, slots=True)
class Statistic:
    """The numbers of one event or handler, a row of the Statistics tab."""

    name: str
    ident: int
    """Interned id of the name; the first one of an event on several buses, or of a handler of several events."""

    count: int
    """Dispatches of an event; calls of a handler."""

    failed: int
    """Calls that failed or timed out."""

    never_ran: int
    """Calls whose handler's body never ran (words.py)."""

    lost: int
    """Dispatches that one of their handlers, or all, will never have handled (words.py); 0 for a handler."""

    running: int
    """Not ended, or not started."""

    queue_delay: Quantiles
    """Start minus emit of the calls."""

    duration: Quantiles
    """End minus start of the calls that ended."""

    latency: Quantiles
    """Of the event's dispatches that ended: last call's end minus emit. Nothing for a handler."""


def by_event(trace: Trace, span: Span | None = None) -> list[Statistic]:
    """One row for each event emitted in the span (both ends count), in the order in which their names came up."""
    dispatches, calls = trace.dispatches, trace.calls
    chosen = _within(dispatches.emitted_ns, span)
    emitted = trace.events.firsts(dispatches.event)
    groups = _Groups(emitted[chosen])
    outcome = dispatches.outcome[chosen]
    causes = dispatches.rows_of(calls.dispatch)
    events = np.where(causes >= 0, emitted[causes], 0) if len(dispatches) else np.zeros(len(calls), np.int64)
    served = _all_or_rows((causes >= 0) & _inside(calls.emitted_ns, span))
    over = ~np.isin(outcome, (Outcome.RUNNING, Outcome.LOST, Outcome.KEPT))
    latency = groups.quantiles((dispatches.ended_ns - dispatches.emitted_ns)[chosen], over)
    failed = groups.sum(dispatches.failed[chosen])
    never_ran = _Groups(events[served][ended("never_ran", calls.outcome[served])], groups.keys).counts
    lost = groups.count(trace.fates.of(trace).fate[chosen] == LOST)
    running = groups.count(outcome == Outcome.RUNNING)
    delay, duration = _times(trace, *_among(groups.keys, served, events[served]))
    return [
        Statistic(
            trace.names.text(int(key)), int(key), int(groups.counts[at]), int(failed[at]), int(never_ran[at]),
            int(lost[at]), int(running[at]), delay[at], duration[at], latency[at],
        )
        for at, key in enumerate(groups.keys)
    ]  # fmt: skip


def by_handler(trace: Trace, span: Span | None = None) -> list[Statistic]:
    """One row for each handler, with its calls that started in the span; a handler of several events is one row.

    Those that were subscribed and never called are listed too, with nothing measured: they are what somebody looks for.
    """
    calls = trace.calls
    same = SameHandler()
    same.update(trace.names)
    chosen = _within(calls.started_ns, span)
    handlers = same.firsts(calls.handler[chosen])
    subscribed = same.firsts(trace.subscriptions.view("handler"))
    groups = _Groups(handlers, np.union1d(_different(handlers), subscribed))
    outcome = calls.outcome[chosen]
    failed, never_ran = (groups.count(ended(word, outcome)) for word in ("failed", "never_ran"))
    running = groups.count(outcome == Outcome.RUNNING)
    delay, duration = _times(trace, chosen, groups)
    return [
        Statistic(
            trace.names.text(int(key)), int(key), int(groups.counts[at]), int(failed[at]), int(never_ran[at]),
            0, int(running[at]), delay[at], duration[at], UNKNOWN,
        )
        for at, key in enumerate(groups.keys)
    ]  # fmt: skip


def calls_of(trace: Trace, handler: str, span: Span | None = None) -> Array:
    """Rows of the calls of a handler, by its name, that started in the span; an empty name means all handlers."""
    calls = trace.calls
    inside = _inside(calls.started_ns, span)
    if handler:
        ids = [ident for ident in trace.names.ids(NameKind.HANDLER) if trace.names.text(ident) == handler]
        inside &= np.isin(calls.handler, ids)
    return np.flatnonzero(inside)


class _Groups:
    """Rows by the value of a column, each value numbered in ascending order."""

    def __init__(self, column: Array, keys: Array | None = None) -> None:
        """keys: all values of the column, and maybe others, in ascending order; None: they are looked for."""
        self.keys = _different(column) if keys is None else keys
        self.number = _places(self.keys, column)
        if len(self.keys) <= 1 << 16:
            self.number = self.number.astype(np.uint16, copy=False)  # NumPy sorts 16 bits by counting, ten times faster
        self.counts = np.bincount(self.number, minlength=len(self.keys))

    def count(self, which: Array) -> Array:
        """How many rows of each group are marked."""
        return np.bincount(self.number[which], minlength=len(self.keys))

    def sum(self, values: Array) -> Array:
        """The sum of each group; mostly zeros, so only the others are added up."""
        which = np.flatnonzero(values)
        return np.bincount(self.number[which], values[which], len(self.keys)).astype(np.int64)

    def quantiles(self, values: Array, which: Array) -> list[Quantiles]:
        """Quantiles of each group, counting its marked rows only."""
        number, counts = self.number, self.counts
        if not which.all():
            number, values, counts = number[which], values[which], self.count(which)
        parts = np.split(_sorted_in_groups(number, values), np.cumsum(counts)[:-1])
        return [_quantiles_of_sorted(part) for part in parts]


def _among(keys: Array, rows: Rows, column: Array) -> tuple[Rows, _Groups]:
    """The rows whose value in the column is one of the keys, grouped by it."""
    if not np.isin(_different(column), keys).all():
        known = np.isin(column, keys)
        rows, column = (np.flatnonzero(known) if isinstance(rows, slice) else rows[known]), column[known]
    return rows, _Groups(column, keys)


def _times(trace: Trace, rows: Rows, groups: _Groups) -> tuple[list[Quantiles], list[Quantiles]]:
    """Queue delay and duration of the calls at `rows`, by their groups."""
    calls = trace.calls
    started, ended = calls.started_ns[rows], calls.ended_ns[rows]
    everything = np.ones(len(started), bool)
    return groups.quantiles(started - calls.emitted_ns[rows], everything), groups.quantiles(ended - started, ended >= 0)


def _sorted_in_groups(number: Array, values: Array) -> Array:
    """The values of each group together and ascending, group by group.

    Mostly group and value fit into one number; sorting such numbers takes a tenth of what sorting by two columns takes.
    """
    if not len(values):
        return values
    lowest = int(values.min())
    bits = (int(values.max()) - lowest).bit_length()
    needed = bits + int(number.max()).bit_length()
    if needed > 64:
        return values[np.lexsort((values, number))]
    both = number.astype(np.uint32 if needed <= 32 else np.uint64)
    np.left_shift(both, both.dtype.type(bits), out=both)
    np.bitwise_or(both, (values - lowest).astype(both.dtype), out=both)
    both.sort()
    np.bitwise_and(both, both.dtype.type((1 << bits) - 1), out=both)
    return both.astype(np.int64) + lowest


def _different(column: Array) -> Array:
    """The values of a column, each once, in ascending order. Names are numbered from 1 on: mostly they are counted."""
    if len(column) and int(column.max()) < MOST_TABLED:
        return np.flatnonzero(np.bincount(column.astype(np.int64, copy=False)))
    return np.unique(column)


def _places(keys: Array, column: Array) -> Array:
    """Which of the keys each value is; they ascend. A table is ten times as fast as a search for each."""
    if not len(keys) or int(keys[-1]) >= MOST_TABLED:
        return np.searchsorted(keys, column)
    table = np.zeros(int(keys[-1]) + 1, np.uint16 if len(keys) <= 1 << 16 else np.int64)
    table[keys] = np.arange(len(keys))
    return table.take(column.astype(np.int64, copy=False), mode="clip")


def quantiles_of(values: Array) -> Quantiles:
    """Quantiles (nearest rank) of these nanoseconds; NaN where there are none."""
    if not len(values):
        return UNKNOWN
    return _quantiles_of_sorted(np.partition(values, sorted(set(_ranks(len(values))))))


def _quantiles_of_sorted(values: Array) -> Quantiles:
    """The same of values that ascend, at least at the ranks that count."""
    return Quantiles(*(float(values[rank]) for rank in _ranks(len(values)))) if len(values) else UNKNOWN


def _ranks(many: int) -> list[int]:
    return [max(math.ceil(share * many) - 1, 0) for share in _QUANTILES]


def _within(times: Array, span: Span | None) -> Rows:
    return slice(None) if span is None else np.flatnonzero(_inside(times, span))


def _all_or_rows(which: Array) -> Rows:
    """Rows that are marked."""
    return slice(None) if which.all() else np.flatnonzero(which)


def _inside(times: Array, span: Span | None) -> Array:
    if span is None:
        return np.ones(len(times), bool)
    return np.asarray((times >= span[0]) & (times <= span[1]))
