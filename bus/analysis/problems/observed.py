"""A trace as detectors look at it: columns that several of them need, each made when the first one asks.

Made for a trace that stands still; a new one for each look.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.finding import MOST_SHOWN, STRETCHES, Evidence
from bus.analysis.problems.loops import Loops, loops_of
from bus.errors import Place
from bus.trace import joining
from bus.trace.same_handler import SameHandler
from bus.trace.trace import Trace
from buslens.records import Lacking, NameKind, Outcome

Array = npt.NDArray[Any]

FAILED = (Outcome.FAILED, Outcome.TIMED_OUT)

MOST_GROUPS = 5_000
"""Handlers or events that one detector looks at one by one, those with the most rows first: a program has fewer."""

ERROR = "error"
"""The event by which emitters tell of what a handler raised after the emit was over."""


class Observed:
    """One trace, and what is derived from it once for all detectors."""

    def __init__(self, trace: Trace, *, end_is_known: bool = False) -> None:
        """end_is_known: nothing can be missing at its end, though no mark says so; see `looking.look`."""
        self.trace = trace
        self.end_is_known = end_is_known or trace.ended
        self.same_handler = SameHandler()
        self.same_handler.update(trace.names)

    @property
    def lacks(self) -> str:
        """Why something that is not in the trace may have happened all the same; "" where all of it is there."""
        trace = self.trace
        if trace.dropped:
            return f"{trace.dropped:,} facts were dropped by the program that recorded them"
        if trace.forgotten:
            return f"{trace.forgotten:,} older dispatches and calls are not in memory any more"
        if len(trace.marks.rows_lacking(Lacking.DISPATCHES)):
            return "some buses were not recorded for a while, as a person had asked"
        if len(trace.marks.rows_lacking(Lacking.BEFORE)):
            return "what the program did first was removed while it was watched"
        return "the capture is damaged" if trace.damage else ""

    @cached_property
    def dispatch_of_call(self) -> Array:
        """Row of each call's dispatch, -1 where it is unknown."""
        return self.trace.dispatches.rows_of(self.trace.calls.dispatch)

    @cached_property
    def with_parent(self) -> Array:
        """Rows of dispatches that a call emitted which is in the trace, ascending."""
        return self._emitted[0]

    @cached_property
    def parent_call(self) -> Array:
        """Row of the call that emitted each of `with_parent`."""
        return self._emitted[1]

    @cached_property
    def parent_dispatch(self) -> Array:
        """For every dispatch: row of the dispatch whose call emitted it, -1 for none."""
        found = np.full(len(self.trace.dispatches), -1, np.int64)
        found[self.with_parent] = self.dispatch_of_call[self.parent_call]
        return found

    @cached_property
    def loops(self) -> Loops | None:
        """Which dispatches lie in loops of events that lead to themselves; None where there is none."""
        dispatches = self.trace.dispatches
        return loops_of(self.parent_dispatch, self.trace.events.firsts(dispatches.event))

    @cached_property
    def durable(self) -> Array:
        """Which dispatches a broker carries."""
        return self.trace.dispatches.columns.view("seen") & joining.DURABLE > 0

    @cached_property
    def unheard(self) -> Array:
        """Rows of dispatches that reached nobody, and that no broker carries."""
        dispatches = self.trace.dispatches
        mine = (dispatches.handlers == 0) & (dispatches.outcome == Outcome.LOST) & ~self.durable
        return np.flatnonzero(mine)

    @cached_property
    def failed_calls(self) -> Array:
        """Rows of calls that failed or timed out."""
        return np.flatnonzero(np.isin(self.trace.calls.outcome, FAILED))

    @cached_property
    def errors_of_buses(self) -> Array:
        """Rows of the `error` events that a bus has emitted itself: of a call that had failed by then."""
        trace = self.trace
        events = [ident for ident, name in trace.names.items() if name.kind == NameKind.EVENT and name.text == ERROR]
        at = np.flatnonzero(np.isin(trace.dispatches.event[self.with_parent], events))
        rows, calls = self.with_parent[at], self.parent_call[at]
        ended = trace.calls.ended_ns[calls]
        over = (ended >= 0) & (ended <= trace.dispatches.emitted_ns[rows])
        return rows[over & np.isin(trace.calls.outcome[calls], FAILED)]

    def calls_of(self, dispatches: Array) -> Array:
        """Rows of all calls of these dispatches."""
        wanted = np.zeros(len(self.trace.dispatches) + 1, bool)
        wanted[dispatches] = True
        return np.flatnonzero(wanted[self.dispatch_of_call])

    @cached_property
    def subscriptions(self) -> Groups:
        """Rows of `trace.subscriptions` by event."""
        return Groups(self.trace.subscriptions.view("event"))

    def handler_place(self, handler: int) -> Place | None:
        """Where the code of a handler stands."""
        file, line = self.trace.names.place(handler)
        return Place(file, line) if file else None

    def note(self, row: int) -> dict[str, Any]:
        """What else is known of a row of the subscriptions; {} for nothing."""
        blob = int(self.trace.subscriptions.view("note")[row])
        try:
            found = json.loads(self.trace.blobs.note(blob)) if blob else {}
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def subscribed_at(self, row: int) -> Place | None:
        """Where the handler of a row of the subscriptions was subscribed; None where that is not known."""
        note = self.note(row)
        file, line = note.get("file"), note.get("line")
        return Place(file, line if isinstance(line, int) else 0) if isinstance(file, str) and file else None

    def text(self, name: int) -> str:
        """A name as it is shown, at most 120 letters of it."""
        text = self.trace.names.text(int(name))
        return text if len(text) <= 120 else f"{text[:119]}…"

    def event_of_call(self, call: int) -> str:
        """The event that a call was for, as it is shown; "an event" where that is unknown."""
        row = int(self.dispatch_of_call[call])
        return self.text(int(self.trace.dispatches.event[row])) if row >= 0 else "an event"

    def bus_text(self, event: int) -> str:
        """The name of the bus that an event is on, "" where that is unknown."""
        bus = self.trace.names.bus(int(event))
        return self.text(bus) if bus else ""

    def on_dispatches(self, rows: Array, **more: Any) -> Evidence:
        """Evidence of these dispatches: how many, first, last, ids. more: the other fields."""
        times = self.trace.dispatches.emitted_ns[rows]
        return self._evidence(times, dispatches=_ids(self.trace.dispatches.id, rows), **more)

    def within(self, evidence: Evidence, times: Array) -> Evidence:
        """The same, seen at these times."""
        return replace(evidence, first_ns=int(times.min()), last_ns=int(times.max()))

    def on_calls(self, rows: Array, **more: Any) -> Evidence:
        """Evidence of these calls, with the ids of their dispatches."""
        calls = self.trace.calls
        served = calls.dispatch[rows[:MOST_SHOWN]]
        more.setdefault("dispatches", tuple(dict.fromkeys(served.tolist())))
        return self._evidence(calls.started_ns[rows], calls=_ids(calls.id, rows), **more)

    def _evidence(self, times: Array, **more: Any) -> Evidence:
        first, last = (int(times.min()), int(times.max())) if len(times) else (0, 0)
        more.setdefault("count", len(times))
        return Evidence(first_ns=first, last_ns=last, over_time=self._over_time(times), **more)

    def _over_time(self, times: Array) -> tuple[int, ...]:
        """How many of these times lie in each stretch of the trace."""
        if not len(times):
            return ()
        first, last = self.trace.span_ns
        length = max(last - first, 1) / STRETCHES
        stretches = np.clip((times - first) / length, 0, STRETCHES - 1).astype(np.int64)
        return tuple(np.bincount(stretches, minlength=STRETCHES).tolist())

    @cached_property
    def _emitted(self) -> tuple[Array, Array]:
        parents = self.trace.dispatches.parent_call
        inner = np.flatnonzero(parents)
        calls = self.trace.calls.rows_of(parents[inner])
        known = calls >= 0
        return inner[known], calls[known]


class Groups:
    """Places of a column by their value, each value's together and in order."""

    def __init__(self, column: Array) -> None:
        lowest, highest = (int(column.min()), int(column.max())) if len(column) else (0, 0)
        if lowest == highest:
            self._order, self._sorted = np.arange(len(column)), column
            return
        is_narrow = 0 <= lowest and highest < 1 << 16
        self._order = np.argsort(column.astype(np.uint16) if is_narrow else column, kind="stable")
        self._sorted = column[self._order]

    def of(self, value: int) -> Array:
        """The places of one value, ascending."""
        wanted = self._sorted.dtype.type(value)  # of another type all would be copied to look for it
        first, last = (np.searchsorted(self._sorted, wanted, side) for side in ("left", "right"))
        return self._order[first:last]

    def largest(self, least: int = 1, most: int = MOST_GROUPS) -> Iterator[tuple[int, Array]]:
        """Values and their places, those with the most places first: at most so many, with at least so many places."""
        if not len(self._sorted):
            return
        starts = np.flatnonzero(np.r_[True, self._sorted[1:] != self._sorted[:-1]])
        counts = np.diff(np.r_[starts, len(self._sorted)])
        chosen = np.argsort(-counts, kind="stable")
        chosen = chosen[counts[chosen] >= least][:most]
        for start, count in zip(starts[chosen], counts[chosen], strict=True):
            yield int(self._sorted[start]), self._order[start : start + count]


def _ids(column: Array, rows: Array) -> tuple[int, ...]:
    return tuple(column[rows[:MOST_SHOWN]].tolist())
