"""What a trace tells, in the words of tests: what handlers logged, what workers did, why a call failed."""

from __future__ import annotations

import numpy as np

from bus.analysis.delivery_history import anatomy_of
from bus.trace import Trace
from buslens.records import Kind, Outcome


def logged(trace: Trace) -> list[str]:
    """What handlers logged and scripts marked, in order."""
    return [trace.marks.text(row) for row in range(len(trace.marks))]


def events(trace: Trace) -> list[str]:
    """The event of each dispatch, in order."""
    return [trace.names.text(int(name)) for name in trace.dispatches.event]


def payloads(trace: Trace) -> list[object]:
    """Of each dispatch, in order."""
    return [trace.payload(row).value for row in range(len(trace.dispatches))]


def work(trace: Trace, number: int = 0, event: str = "a") -> list[tuple[Kind, str]]:
    """What workers did for the event that was emitted at that place among those of its name."""
    rows = [row for row, name in enumerate(events(trace)) if name == event]
    if number >= len(rows):
        return []
    steps = anatomy_of(trace, int(trace.dispatches.id[rows[number]])).steps
    return [(step.kind, step.note) for step in steps if step.kind >= Kind.WORK_SENT]


def failure(trace: Trace) -> tuple[str, str]:
    """Type and message of what the first failed call raised."""
    row = int(np.flatnonzero(trace.calls.outcome == Outcome.FAILED)[0])
    error = trace.error(row)
    assert error is not None
    return error.type, error.message


def told(trace: Trace, kind: Kind) -> int:
    """How many records of deliveries are of a kind."""
    return int(np.count_nonzero(trace.deliveries.view("kind") == kind))
