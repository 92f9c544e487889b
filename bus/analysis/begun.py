"""When calls began, and how long they waited before: for a thread, their turn, a worker, or a place in a queue.

The one definition: a call has begun when a worker began it; where none was asked, when it started. Until then, from the
emit on, it waits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace
from buslens.records import Decided, Kind, Outcome

Array = npt.NDArray[Any]


def begun_ns_of(trace: Trace) -> Array:
    """When each call began, by its row; of one that still waits for a worker, or never got one, when it started."""
    calls, told = trace.calls, trace.deliveries
    begun = calls.started_ns.astype(np.int64, copy=True)
    work = np.flatnonzero(told.view("kind") == Kind.WORK_STARTED)
    rows = calls.rows_of(told.view("call")[work])
    times = told.view("time_ns")[work]
    known = rows >= 0
    begun[rows[known]] = np.maximum(begun[rows[known]], times[known])
    return begun


class Waits:
    """How the wait of each call of a trace ended, by its row."""

    def __init__(self, trace: Trace) -> None:
        calls, told = trace.calls, trace.deliveries
        self.ended_ns = begun_ns_of(trace)
        """When it was over: the call began, or was given up."""

        self.is_open = np.zeros(len(calls), bool)
        """Whether it waits still."""

        self.is_unknown = np.zeros(len(calls), bool)
        """Whether it is not recorded when it was over: nobody has seen the worker begin."""

        kinds = told.view("kind")
        steps = np.flatnonzero((kinds >= Kind.WORK_SENT) & (kinds <= Kind.WORK_RETRIED))
        rows = calls.rows_of(told.view("call")[steps])
        steps, rows = steps[rows >= 0], rows[rows >= 0]
        last = np.full(len(calls), Kind.WORK_STARTED, np.int64)
        last[rows] = kinds[steps]  # of several for one call the last stays
        waiting = np.isin(last, (Kind.WORK_SENT, Kind.WORK_RECEIVED, Kind.WORK_RETRIED))
        running = calls.outcome == Outcome.RUNNING
        self.is_open[waiting & running] = True
        given_up = (calls.outcome == Outcome.CANCELLED) | _refused(trace)
        over = waiting & given_up & ~running
        self.ended_ns[over] = calls.ended_ns[over]
        started = np.zeros(len(calls), bool)
        started[rows[kinds[steps] == Kind.WORK_STARTED]] = True
        asked = np.zeros(len(calls), bool)
        asked[rows[kinds[steps] == Kind.WORK_SENT]] = True
        self.is_unknown = asked & ~started & ~running & ~given_up


def _refused(trace: Trace) -> Array:
    """Calls that a full queue has refused: no worker was to begin them."""
    refused = np.zeros(len(trace.calls), bool)
    rows = trace.calls.rows_of(trace.marks.call[trace.marks.decided == Decided.REFUSED])
    refused[rows[rows >= 0]] = True
    return refused
