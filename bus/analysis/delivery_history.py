"""The way of one event over a broker, step by step: emitted, confirmed, enqueued, delivered, handled, acknowledged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.delivered_calls import calls_of
from bus.trace.trace import Trace
from buslens.records import Kind

Array = npt.NDArray[Any]

MOST_STEPS = 200
MOST_HEADERS = 64
LONGEST = 2_000

OF_CALLS = (Kind.DELIVERED, Kind.REDELIVERED, Kind.ACKNOWLEDGED, Kind.REJECTED, Kind.DEAD_LETTERED)
"""Steps between the broker and one consumer."""

OF_EVENTS = (Kind.SENT, Kind.CONFIRMED, Kind.DISCARDED)
"""Steps on the way to the broker."""

TELLING = (Kind.SENT, Kind.CONFIRMED, Kind.DELIVERED, Kind.REDELIVERED, Kind.WORK_RECEIVED)
"""Steps whose note may say what travelled with the event."""


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step of an event on its way over a broker: something that the broker said, or that was said to it."""

    kind: Kind
    time_ns: int
    queue: str
    """Of the handler that consumes it; of an event that nobody hears its own name."""

    call: int
    """Id of the call that it is about, 0 where it is about the event."""

    attempt: int
    note: str
    """Where the broker has it, or why it has it not; what travelled with it is in `headers`."""


@dataclass(frozen=True, slots=True)
class DeliveryHistory:
    """All steps of one dispatch, in the order in which they were recorded."""

    steps: tuple[HistoryStep, ...]
    hidden: int
    """How many more there are."""

    headers: tuple[tuple[str, str], ...]
    """That travelled with it: CloudEvents attributes and traceparent."""

    def of_call(self, call: int) -> tuple[HistoryStep, ...]:
        """Steps that concern one call, those before it included: its event's, and its own."""
        return tuple(step for step in self.steps if step.call == call or step.kind in OF_EVENTS)


def anatomy_of(trace: Trace, dispatch: int, rows: Array | None = None) -> DeliveryHistory:
    """By the id of a dispatch; empty where no broker carried it. rows: of `trace.deliveries` about it, where known."""
    told = trace.deliveries
    if rows is None:
        rows = np.flatnonzero(told.view("dispatch") == dispatch)
    headers: tuple[tuple[str, str], ...] = ()
    steps = []
    calls = calls_of(trace, rows).tolist()
    for row, call in zip(rows[:MOST_STEPS].tolist(), calls, strict=False):
        kind = Kind(int(told.view("kind")[row]))
        note = trace.blobs.note(int(told.view("note")[row]))[:LONGEST]
        if kind in TELLING:
            note, found = _confirmation(note)
            headers = headers or found
        steps.append(
            HistoryStep(
                kind,
                int(told.view("time_ns")[row]),
                trace.names.text(int(told.view("queue")[row])),
                call,
                int(told.view("attempt")[row]),
                note,
            )
        )
    return DeliveryHistory(tuple(steps), max(0, len(rows) - MOST_STEPS), headers)


def attempts_of(trace: Trace, call_row: int) -> list[int]:
    """Rows of all calls of the same handler for the same event, this one included, in the order of their attempts."""
    calls = trace.calls
    rows = calls.by_dispatch.rows(int(calls.dispatch[call_row]))
    same = rows[calls.handler[rows] == calls.handler[call_row]]
    return [int(row) for row in same[np.argsort(calls.attempt[same], kind="stable")]][:MOST_STEPS]


def _confirmation(note: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Place and headers out of what was noted; it may come from anybody's capture."""
    try:
        fields = json.loads(note)
        place, headers = fields.get("place", ""), fields.get("headers", {})
        if not isinstance(place, str) or not isinstance(headers, dict):
            return note, ()
    except (ValueError, AttributeError, RecursionError):
        return note, ()
    return place, tuple((str(key), str(value)) for key, value in list(headers.items())[:MOST_HEADERS])
