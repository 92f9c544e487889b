"""The way of an event over a broker, in words: a row for each step, with the time since the emit."""

from __future__ import annotations

from collections.abc import Iterable

from bus.analysis.delivery_history import HistoryStep
from buslens.records import Kind
from ui.number_text import span

WORDS = {
    Kind.SENT: "Sent",
    Kind.CONFIRMED: "Confirmed",
    Kind.ENQUEUED: "Enqueued",
    Kind.DELIVERED: "Delivered",
    Kind.REDELIVERED: "Redelivered",
    Kind.ACKNOWLEDGED: "Acknowledged",
    Kind.REJECTED: "Rejected",
    Kind.DEAD_LETTERED: "Dead letter",
    Kind.DISCARDED: "Discarded",
    Kind.WORK_SENT: "To workers",
    Kind.WORK_RECEIVED: "Received there",
    Kind.WORK_STARTED: "Started there",
    Kind.WORK_SUCCEEDED: "Done there",
    Kind.WORK_FAILED: "Failed there",
    Kind.WORK_RETRIED: "Tried again",
}
NAMED = (Kind.ENQUEUED, Kind.DELIVERED, Kind.REDELIVERED, Kind.WORK_SENT)
"""Steps of which it matters whose queue it is."""


def delivery_rows(steps: Iterable[HistoryStep], emitted_ns: int, hidden: int) -> tuple[tuple[str, str], ...]:
    """Names and values, in order."""
    rows = [(_name(step), _value(step, emitted_ns)) for step in steps]
    return (*rows, ("…", f"{hidden} more")) if hidden else tuple(rows)


def _name(step: HistoryStep) -> str:
    word = WORDS.get(step.kind, step.kind.name.capitalize())
    return f"{word} #{step.attempt}" if step.attempt > 1 else word


def _value(step: HistoryStep, emitted_ns: int) -> str:
    parts = [f"+{span(max(0, step.time_ns - emitted_ns))}"]
    if step.kind in NAMED and step.queue:
        parts.append(step.queue)
    if step.note:
        parts.append(step.note)
    return "  ·  ".join(parts)
