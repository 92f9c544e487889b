"""What spans are made of: values of some rows, copied from a trace, which may go on while they are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bus.export.words import skipped_names
from bus.trace import joining
from bus.trace.fates import FATES, told_rows
from bus.trace.tables import Marks
from bus.trace.trace import Trace
from buslens.records import Kind

Rows = npt.NDArray[Any]

Mark = tuple[int, int]
"""Time and blob of a line that a call logged."""

_UNSORTED = 8_192
"""Marks that wait to be sorted; looking through so many takes less than sorting all of them again and again."""


class DispatchValues(NamedTuple):
    """One dispatch."""

    id: int
    event: int
    parent_call: int
    """0 where there is none, or it is not in the trace: its trace cannot be known then."""

    root: int
    lane: int
    emitted_ns: int
    ended_ns: int
    """When the last call ended; of a dispatch that a broker carries, when the broker had it."""

    handlers: int
    outcome: int
    seen: int
    """Bits of `bus.trace.joining`."""

    payload: int
    cause_unknown: bool


class CallValues(NamedTuple):
    """One call."""

    id: int
    dispatch: int
    root: int
    """0 where its dispatch is not in the trace."""

    event: int
    """0 where its dispatch is not in the trace."""

    handler: int
    lane: int
    emitted_ns: int
    started_ns: int
    ended_ns: int
    outcome: int
    attempt: int
    error: int


@dataclass(frozen=True, slots=True)
class SpanRows:
    """Columns of some dispatches and calls, in the order of DispatchValues and CallValues."""

    dispatches: tuple[Rows, ...]
    calls: tuple[Rows, ...]
    marks: dict[int, list[Mark]] = field(default_factory=dict)
    """By call."""

    refused: dict[int, int] = field(default_factory=dict)
    """Blob with the broker's reason, of dispatches that it discarded."""

    fates: dict[int, str] = field(default_factory=dict)
    """Word of what became of each dispatch; without those where more may come."""

    skipped: dict[int, str] = field(default_factory=dict)
    """Names of the handlers that were never called, by dispatch."""

    def __len__(self) -> int:
        return len(self.dispatches[0]) + len(self.calls[0])

    def each_dispatch(self) -> Iterator[DispatchValues]:
        """Each of them as plain numbers."""
        return map(DispatchValues._make, zip(*(column.tolist() for column in self.dispatches), strict=True))

    def each_call(self) -> Iterator[CallValues]:
        """Each of them as plain numbers."""
        return map(CallValues._make, zip(*(column.tolist() for column in self.calls), strict=True))


class RowReader:
    """Copies rows of one trace. Belongs to the thread that may read the trace."""

    def __init__(self, trace: Trace, *, complete: bool) -> None:
        """complete: no more records come, so that fates are known."""
        self.trace = trace
        self._marks = MarksByCall(trace.marks)
        self._fate = trace.fates.of(trace).fate if complete else None
        self._skipped = skipped_names(trace) if complete else {}

    def read(self, dispatches: Rows, calls: Rows) -> SpanRows:
        """The rows of these numbers."""
        ids = self.trace.dispatches.id[dispatches].tolist()
        return SpanRows(
            self._dispatches(dispatches),
            self._calls(calls),
            self._marks.of(self.trace.calls.id[calls]),
            self._refused(dispatches),
            {} if self._fate is None else dict(zip(ids, (FATES[each] for each in self._fate[dispatches]), strict=True)),
            {ident: self._skipped[row] for ident, row in zip(ids, dispatches.tolist(), strict=True)
             if row in self._skipped},
        )  # fmt: skip

    def _dispatches(self, rows: Rows) -> tuple[Rows, ...]:
        table = self.trace.dispatches
        parents = table.parent_call[rows]
        known = self.trace.calls.rows_of(parents) >= 0
        seen = table.columns.view("seen")[rows]
        ended, durable = table.ended_ns[rows], seen & joining.DURABLE > 0
        if durable.any():
            ended = np.where(durable, self._taken_ns(rows), ended)
        return (
            table.id[rows], table.event[rows], np.where(known, parents, 0), table.root[rows], table.lane[rows],
            table.emitted_ns[rows], ended, table.handlers[rows], table.outcome[rows], seen, table.payload[rows],
            table.cause_unknown[rows] | (~known & (parents > 0)),
        )  # fmt: skip

    def _calls(self, rows: Rows) -> tuple[Rows, ...]:
        table, dispatches = self.trace.calls, self.trace.dispatches
        caused = table.dispatch[rows]
        above = dispatches.rows_of(caused)
        known = above >= 0
        root, event = np.zeros(len(rows), np.uint64), np.zeros(len(rows), np.uint32)
        root[known], event[known] = dispatches.root[above[known]], dispatches.event[above[known]]
        return (
            table.id[rows], caused, root, event, table.handler[rows], table.lane[rows], table.emitted_ns[rows],
            table.started_ns[rows], table.ended_ns[rows], table.outcome[rows], table.attempt[rows], table.error[rows],
        )  # fmt: skip

    def _taken_ns(self, rows: Rows) -> Rows:
        """When the broker had these dispatches; when they were emitted, where it did not say."""
        table, told = self.trace.dispatches, self.trace.deliveries
        taken = table.emitted_ns[rows].copy()
        sure = np.flatnonzero(told.view("kind") == Kind.CONFIRMED)
        order = np.argsort(rows, kind="stable")
        about = table.rows_of(told.view("dispatch")[sure])
        at = np.minimum(np.searchsorted(rows[order], about), max(len(rows) - 1, 0))
        mine = np.flatnonzero((rows[order][at] == about) & (about >= 0)) if len(rows) else np.empty(0, np.int64)
        np.maximum.at(taken, order[at[mine]], told.view("time_ns")[sure[mine]])
        return taken

    def _refused(self, dispatches: Rows) -> dict[int, int]:
        table = self.trace.dispatches
        if not (table.columns.view("seen")[dispatches] & joining.DISCARDED).any():
            return {}
        rows, told = told_rows(self.trace)
        mine = np.isin(rows, dispatches)
        notes = self.trace.deliveries.view("note")[told[mine]]
        return dict(zip(table.id[rows[mine]].tolist(), notes.tolist(), strict=True))


class MarksByCall:
    """Finds what calls logged, for many calls at once: of spans nearly all are asked for, and few have any."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._order: Rows = np.empty(0, np.int64)
        self._calls: Rows = np.empty(0, np.uint64)
        """Rows of marks by their call, and the calls."""

    def of(self, calls: Rows) -> dict[int, list[Mark]]:
        """What each of these calls logged, in order; without those that logged nothing."""
        logged, sorted_ones = self._marks.call, len(self._order)
        if len(logged) - sorted_ones > max(_UNSORTED, sorted_ones // 8):
            self._order = np.argsort(logged, kind="stable")
            self._calls = logged[self._order].astype(np.uint64)
            sorted_ones = len(logged)
        found: dict[int, list[Mark]] = {}
        first, last = (np.searchsorted(self._calls, calls.astype(np.uint64), side) for side in ("left", "right"))
        for place in np.flatnonzero(last > first).tolist():
            self._add(found, self._order[first[place] : last[place]])
        late = np.flatnonzero(np.isin(logged[sorted_ones:], calls)) + sorted_ones
        self._add(found, late)
        return found

    def _add(self, found: dict[int, list[Mark]], rows: Rows) -> None:
        marks = self._marks
        columns = marks.call[rows].tolist(), marks.time_ns[rows].tolist(), marks.blob[rows].tolist()
        for call, time_ns, blob in zip(*columns, strict=True):
            found.setdefault(call, []).append((time_ns, blob))
