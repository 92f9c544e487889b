"""Where each emit and call goes in a Chrome trace: slices of one thread must nest or follow, or importers drop them.

The rules are those of Perfetto's slice tracker: a slice may not begin inside another and end behind it, and stacks
are at most 512 deep; slices of no length at one time stand on each other. Of events at one time it takes the longest
`X` first, then the others as they stand in the file: an arrow must not end before it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace
from buslens.records import Flag

Array = npt.NDArray[Any]

MOST_DEPTH = 400
"""Slices inside slices on one thread; what is deeper stands for itself. Perfetto takes 512."""

MOST_SAMPLES = 2_000
"""Points of the curve of waiting calls."""

_LAST = np.uint64((1 << 64) - 1)


class EventShape(IntEnum):
    """Which kind of trace event a record becomes."""

    THREAD = 0
    """`X`, a slice of its thread."""

    APART = 1
    """`b`/`e`: it may overlap others, or has not ended."""

    INSIDE = 2
    """`n`, of an emit: a moment inside the `b`/`e` of the call that emitted."""


@dataclass(frozen=True, slots=True)
class EventLayout:
    """The shape of every record, and the order in which they are written."""

    trace: Trace
    base_ns: int
    lanes: list[int]
    """Name ids of threads in order of appearance."""

    causes: Array
    """Dispatch row of each call, -1 where it is unknown."""

    emits: Array
    calls: Array
    """Shape of each dispatch and call."""

    emit_ends: Array
    """When the calls end that an emit made on its own thread before it returned."""

    called: Array
    """Dispatches that an arrow to a call begins at."""

    order: Array
    """Dispatch rows, then call rows, then call rows again for their ends: counted on from each other."""

    queue: list[tuple[int, int]]

    def split(self, item: int) -> tuple[str, int]:
        """What an entry of `order` is: "dispatch", "call" or "end", and the row."""
        if item < len(self.emits):
            return "dispatch", item
        row = item - len(self.emits)
        return ("call", row) if row < len(self.calls) else ("end", row - len(self.calls))


def arranged(trace: Trace) -> EventLayout:
    """Decide it all, in one pass in order of time."""
    dispatches, calls = trace.dispatches, trace.calls
    causes = dispatches.rows_of(calls.dispatch)
    emitted, started, ended = dispatches.emitted_ns, calls.started_ns, calls.ended_ns
    alone = (ended < 0) | (calls.flags & int(Flag.ASYNC) > 0)
    call_shapes = np.where(alone, EventShape.APART, EventShape.THREAD).astype(np.uint8)
    emit_ends = _emit_ends(trace, causes, call_shapes)
    emit_shapes = np.full(len(dispatches), EventShape.THREAD, np.uint8)
    ids = np.concatenate([dispatches.id, calls.id])
    order = np.lexsort((ids, np.concatenate([emitted, started])))
    _nest(trace, order, causes, emit_shapes, call_shapes, emit_ends)
    apart = np.flatnonzero((call_shapes == EventShape.APART) & (ended >= 0))
    if len(apart):
        # At equal times ends come last, behind what was emitted inside.
        times = np.concatenate([emitted, started, ended[apart]])
        keys = np.concatenate([ids, np.full(len(apart), _LAST)])
        numbers = np.concatenate([np.arange(len(ids)), apart + len(ids)])
        order = numbers[np.lexsort((keys, times))]
    called = np.zeros(len(dispatches), bool)
    called[causes[causes >= 0]] = True
    lanes = _in_order(np.concatenate([dispatches.lane, calls.lane]))
    return EventLayout(
        trace,
        trace.span_ns[0],
        lanes,
        causes,
        emit_shapes,
        call_shapes,
        emit_ends,
        called,
        order,
        _queue(trace, causes),
    )


def _emit_ends(trace: Trace, causes: Array, call_shapes: Array) -> Array:
    """An emit lasts as long as the synchronous calls that it makes on its own thread."""
    ends = np.array(trace.dispatches.emitted_ns)
    rows = np.flatnonzero((causes >= 0) & (call_shapes == EventShape.THREAD))
    rows = rows[trace.dispatches.lane[causes[rows]] == trace.calls.lane[rows]]
    np.maximum.at(ends, causes[rows], trace.calls.ended_ns[rows])
    return ends


def _nest(trace: Trace, order: Array, causes: Array, emit_shapes: Array, call_shapes: Array, emit_ends: Array) -> None:
    """Walk through time with one stack a thread; what does not nest gets another shape."""
    dispatches, calls = trace.dispatches, trace.calls
    stacks: dict[int, list[tuple[int, int]]] = {}
    parents = calls.rows_of(dispatches.parent_call)
    for item in order.tolist():
        row = item - len(emit_shapes)
        if row >= 0:
            if call_shapes[row] == EventShape.APART:
                continue
            cause, start = int(causes[row]), int(calls.started_ns[row])
            if cause >= 0 and start == dispatches.emitted_ns[cause]:
                on_thread = emit_shapes[cause] == EventShape.THREAD
                emit_lasts = int(emit_ends[cause]) - start if on_thread else 0
                if int(calls.ended_ns[row]) - start > emit_lasts:  # it would be taken before its own emit
                    call_shapes[row] = EventShape.APART
                    continue
            stack = stacks.setdefault(int(calls.lane[row]), [])
            if not _push(stack, int(calls.started_ns[row]), int(calls.ended_ns[row])):
                call_shapes[row] = EventShape.APART
            continue
        row, start, parent = item, int(dispatches.emitted_ns[item]), int(parents[item])
        if parent >= 0 and call_shapes[parent] == EventShape.APART and _lasts(trace, parent, start):
            emit_shapes[row] = EventShape.INSIDE
            continue
        stack = stacks.setdefault(int(dispatches.lane[row]), [])
        if not _push(stack, start, int(emit_ends[row])):
            emit_ends[row] = start
            if not _push(stack, start, start):
                emit_shapes[row] = EventShape.APART


def _push(stack: list[tuple[int, int]], start: int, end: int) -> bool:
    """Put a slice on a thread's stack; False where it does not fit."""
    while stack:
        top_start, top_end = stack[-1]
        instants = top_start == top_end and start == end
        if not (top_end < start or (top_end == start and not instants)):
            break
        stack.pop()
    if len(stack) >= MOST_DEPTH or (stack and stack[-1][1] < end):
        return False
    stack.append((start, end))
    return True


def _lasts(trace: Trace, call_row: int, time_ns: int) -> bool:
    ended = int(trace.calls.ended_ns[call_row])
    return int(trace.calls.started_ns[call_row]) <= time_ns and (ended < 0 or time_ns <= ended)


def _in_order(lanes: Array) -> list[int]:
    values, first = np.unique(lanes, return_index=True)
    return [int(lane) for lane in values[np.argsort(first)]]


def _queue(trace: Trace, causes: Array) -> list[tuple[int, int]]:
    """How many calls waited, at some points in time."""
    dispatches, calls = trace.dispatches, trace.calls
    known = np.flatnonzero((causes >= 0) & (calls.attempt <= 1))
    if not len(known):
        return []
    expected = np.bincount(causes[known], minlength=len(dispatches)) + dispatches.waiting
    times = np.concatenate([dispatches.emitted_ns, np.maximum(calls.started_ns[known], calls.emitted_ns[known])])
    changes = np.concatenate([expected, np.full(len(known), -1)])
    order = np.argsort(times, kind="stable")
    depth, times = np.cumsum(changes[order]), times[order]
    last_of_time = np.append(times[1:] != times[:-1], True)
    depth, times = depth[last_of_time], times[last_of_time]
    changed = np.append(True, depth[1:] != depth[:-1])
    depth, times = depth[changed], times[changed]
    step = max(1, -(-len(times) // MOST_SAMPLES))
    return list(zip(times[::step].tolist(), depth[::step].tolist(), strict=True))
