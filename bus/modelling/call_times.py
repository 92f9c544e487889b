"""How long each call of a trace waited and worked, apart from the calls that it made itself on its own thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.begun import begun_ns_of
from bus.trace.trace import Trace
from buslens.records import Flag

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Emits:
    """What calls of the trace have emitted, a value for each dispatch; those of one call in the order of time."""

    rows: Array
    """In the table of dispatches."""

    calls: Array
    """Row of the call that emitted each."""

    offset_ns: Array
    """How long that call had worked by then, without what ran inside it."""


class CallTimes:
    """Of every call of a trace, by its row."""

    def __init__(self, trace: Trace, begun_ns: Array | None = None) -> None:
        """begun_ns: where more is known of when they began than the trace says itself."""
        self._trace = trace
        calls = trace.calls
        self.begun_ns = begun_ns_of(trace) if begun_ns is None else begun_ns
        """When a worker began it; where none was asked, when it started."""

        self.has_ended = calls.ended_ns >= 0
        self.waited_ns = np.maximum(self.begun_ns - calls.emitted_ns, 0)
        """From the emit on until it began."""

        self.took_ns = np.where(self.has_ended, np.maximum(calls.ended_ns - self.begun_ns, 0), -1)
        """From then on to its end, whatever ran inside it included; -1 where it has not ended."""

    @cached_property
    def own_ns(self) -> Array:
        """The same without calls that it made on its own thread; -1 where it has not ended."""
        inside = np.zeros(len(self.took_ns), np.int64)
        np.add.at(inside, self.inside.parent, self.inside.took_ns)
        return np.where(self.has_ended, np.maximum(self.took_ns - inside, 0), -1)

    @cached_property
    def emits(self) -> Emits:
        """What calls have emitted."""
        dispatches = self._trace.dispatches
        calls = self._trace.calls.rows_of(dispatches.parent_call)
        rows = np.flatnonzero((calls >= 0) & (dispatches.parent_call > 0))
        order = np.lexsort((dispatches.emitted_ns[rows], calls[rows]))
        rows, calls = rows[order], calls[rows][order]
        inside = np.zeros(len(dispatches), np.int64)
        np.add.at(inside, self.inside.dispatch, self.inside.took_ns)
        total = np.cumsum(inside[rows]) - inside[rows]  # of all before it, in this order
        firsts = np.flatnonzero(np.r_[True, calls[1:] != calls[:-1]]) if len(calls) else np.empty(0, np.int64)
        of_call = np.repeat(total[firsts], np.diff(np.r_[firsts, len(calls)]))
        offset = dispatches.emitted_ns[rows] - self.begun_ns[calls] - (total - of_call)
        return Emits(rows, calls, np.maximum(offset, 0))

    @cached_property
    def inside(self) -> CallsInside:
        """Plain calls that ran on the thread of the call that emitted to them, before that ended."""
        calls, dispatches = self._trace.calls, self._trace.dispatches
        dispatch = dispatches.rows_of(calls.dispatch)
        known = np.flatnonzero((dispatch >= 0) & (calls.flags & Flag.ASYNC == 0) & self.has_ended)
        parent = calls.rows_of(dispatches.parent_call[dispatch[known]])
        known, parent = known[parent >= 0], parent[parent >= 0]
        within = (
            (calls.lane[known] == calls.lane[parent])
            & (calls.started_ns[known] >= self.begun_ns[parent])
            & (calls.ended_ns[known] <= calls.ended_ns[parent])
        )
        rows = known[within]
        return CallsInside(rows, parent[within], dispatch[rows], calls.ended_ns[rows] - calls.started_ns[rows])


@dataclass(frozen=True, slots=True)
class CallsInside:
    """Calls inside others, a value for each."""

    rows: Array
    """In the table of calls, as `parent`."""

    parent: Array
    dispatch: Array
    """Row of the dispatch that each was for."""

    took_ns: Array
