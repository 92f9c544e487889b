"""The way of one dispatch over a broker as stretches of time, call by call: what each call waited for, and why.

publish (emit to confirmation), queue (to the delivery), prefetch (to the call), the call itself, settle (to its
acknowledgement); before a further attempt requeue, from the end of the attempt before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bus.analysis.delivery_history import DeliveryHistory, HistoryStep
from bus.trace.trace import Trace
from buslens.records import Kind

MOST_CALLS = 40
"""Of one dispatch: more of them are not told apart on a screen."""


class SegmentKind(StrEnum):
    """What a call waited for, or what was done, in a stretch of time."""

    PUBLISH = "publish"
    QUEUE = "queue"
    REQUEUE = "requeue"
    PREFETCH = "prefetch"
    ACKNOWLEDGE = "acknowledge"
    REJECT = "reject"
    DEAD_LETTER = "dead letter"


_SETTLED = {
    Kind.ACKNOWLEDGED: SegmentKind.ACKNOWLEDGE,
    Kind.REJECTED: SegmentKind.REJECT,
    Kind.DEAD_LETTERED: SegmentKind.DEAD_LETTER,
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of time of a call on its way over a broker."""

    call: int
    """Row of the call."""

    stage: SegmentKind
    start_ns: int
    end_ns: int


def segments_of(trace: Trace, anatomy: DeliveryHistory, dispatch: int) -> tuple[Segment, ...]:
    """The segments of all calls of a dispatch (by its row); none where no broker carried it."""
    calls = trace.calls
    emitted = int(trace.dispatches.emitted_ns[dispatch])
    confirmed = next((step.time_ns for step in anatomy.steps if step.kind is Kind.CONFIRMED), emitted)
    rows = calls.by_dispatch.rows(int(trace.dispatches.id[dispatch]))[:MOST_CALLS].tolist()
    found: list[Segment] = []
    before: dict[int, int] = {}
    """By handler: when the attempt before was over."""

    for row in sorted(rows, key=lambda row: int(calls.started_ns[row])):
        steps = [step for step in anatomy.steps if step.call == int(calls.id[row])]
        delivered = next((step for step in steps if step.kind in (Kind.DELIVERED, Kind.REDELIVERED)), None)
        if delivered is None:
            continue
        handler, started, ended = int(calls.handler[row]), int(calls.started_ns[row]), int(calls.ended_ns[row])
        if handler in before:
            found.append(Segment(row, SegmentKind.REQUEUE, before[handler], delivered.time_ns))
        else:
            # The confirmation may come after the event itself has.
            published = min(confirmed, delivered.time_ns)
            found.append(Segment(row, SegmentKind.PUBLISH, emitted, published))
            found.append(Segment(row, SegmentKind.QUEUE, published, delivered.time_ns))
        found.append(Segment(row, SegmentKind.PREFETCH, delivered.time_ns, started))
        settled = _settled(steps)
        if settled is not None and ended >= 0:
            found.append(Segment(row, _SETTLED[settled.kind], ended, settled.time_ns))
        before[handler] = max(ended, settled.time_ns if settled is not None else ended)
    return tuple(segment for segment in found if segment.end_ns >= segment.start_ns)


def _settled(steps: list[HistoryStep]) -> HistoryStep | None:
    """The last word about a call."""
    return next((step for step in reversed(steps) if step.kind in _SETTLED), None)
