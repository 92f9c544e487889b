"""Whether coroutines of a handler kept their loop from everything else: they took time and did not await in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling.call_times import CallTimes
from bus.modelling.spread import NOTICED_NS
from bus.trace.trace import Trace
from buslens.records import Flag

Array = npt.NDArray[Any]

LEAST = 10.0
"""Calls that others would have begun meanwhile, by how often they begin otherwise: fewer may stay away by chance."""

WAITED = 3
"""Calls of others that must have waited until one of its calls had ended: what comes regularly may just miss it."""

SHARE = 0.8
"""Of a call's time that its long steps took, where the program's probe has seen them."""


class LoopBlocking:
    """Of one trace; each handler is asked for by the rows of its calls."""

    def __init__(self, trace: Trace, times: CallTimes) -> None:
        self._trace, self._times = trace, times
        calls = trace.calls
        self._starts = {int(lane): np.sort(calls.started_ns[calls.lane == lane]) for lane in np.unique(calls.lane)}
        parent = calls.rows_of(trace.dispatches.parent_call)
        of = trace.dispatches.rows_of(calls.dispatch)
        emitter = np.where(of >= 0, parent[of], -1) if len(parent) else np.full(len(calls), -1)
        self._own = np.bincount(emitter[emitter >= 0], minlength=len(calls))
        """How many calls began for what each call emitted."""

        rows = calls.rows_of(trace.marks.call)
        known = (rows >= 0) & (trace.marks.step_us > 0)
        self._long_ns = np.bincount(rows[known], trace.marks.step_us[known] * 1000.0, minlength=len(calls))

    def blocks(self, rows: Array) -> bool:
        """Whether its calls, all of them coroutines that have ended, did so."""
        calls = self._trace.calls
        if not len(rows) or not (calls.flags[rows] & Flag.ASYNC).all():
            return False
        took = self._times.took_ns[rows]
        total = int(took.sum())
        if total and self._long_ns[rows].sum() >= SHARE * total:
            return True
        lanes = np.unique(calls.lane[rows])
        if len(lanes) != 1 or not total:
            return False
        starts = self._starts[int(lanes[0])]
        begun, ended = self._times.begun_ns[rows], calls.ended_ns[rows]
        inside = np.searchsorted(starts, ended, "left") - np.searchsorted(starts, begun, "right")
        if (inside > self._own[rows]).any():
            return False
        if self._waited_for(rows, begun, ended) < WAITED:
            return False
        otherwise = int(starts[-1] - starts[0]) - total
        return bool(otherwise > 0 and len(starts) / otherwise * total >= LEAST)

    def _waited_for(self, rows: Array, begun: Array, ended: Array) -> int:
        """How many calls of others were emitted before one of these calls began, and began after it had ended."""
        calls = self._trace.calls
        is_other = self._times.waited_ns > NOTICED_NS
        is_other[rows] = False
        others = np.flatnonzero(is_other)
        order = np.argsort(begun, kind="stable")
        next_one = np.searchsorted(begun[order], calls.emitted_ns[others], "left")
        known = next_one < len(order)
        return int((ended[order][next_one[known]] <= calls.started_ns[others[known]]).sum())
