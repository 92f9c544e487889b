"""The stretches of an event's way over a broker, as far as a capture says it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from bus.analysis.delivery_history import anatomy_of
from bus.analysis.segments import Segment, SegmentKind, segments_of
from bus.trace import Trace

TWICE = (
    "engine: sqlite\nevents: {a: {}}\n"
    "handlers: {h: {on: a, attempts: 2, do: [{wait: 5ms}, {fail: {if: count <= FAILURES}}]}}\nscript: [{emit: a}]"
)


def way(trace: Trace) -> list[Segment]:
    return list(segments_of(trace, anatomy_of(trace, int(trace.dispatches.id[0])), 0))


def stages(found: list[Segment]) -> list[SegmentKind]:
    return [segment.stage for segment in found]


def test_a_retried_call_is_linked_to_the_attempt_before_it(run: Any) -> None:
    trace = run(TWICE.replace("FAILURES", "1"))
    found = way(trace)
    assert stages(found) == [
        SegmentKind.PUBLISH, SegmentKind.QUEUE, SegmentKind.PREFETCH, SegmentKind.REJECT,
        SegmentKind.REQUEUE, SegmentKind.PREFETCH, SegmentKind.ACKNOWLEDGE,
    ]  # fmt: skip
    first, second = (int(row) for row in trace.calls.attempt.argsort())
    assert [segment.call for segment in found] == [first] * 4 + [second] * 3
    # Together with the calls they leave nothing out.
    calls = trace.calls
    assert found[0].start_ns == trace.dispatches.emitted_ns[0]
    assert all(before.end_ns == after.start_ns for before, after in pairwise(found[:3]))
    assert (found[2].end_ns, found[3].start_ns) == (calls.started_ns[first], calls.ended_ns[first])
    assert found[4].start_ns == found[3].end_ns
    assert (found[5].end_ns, found[6].start_ns) == (calls.started_ns[second], calls.ended_ns[second])


def test_a_dead_letter_ends_the_way(run: Any) -> None:
    assert stages(way(run(TWICE.replace("FAILURES", "2"))))[-1] is SegmentKind.DEAD_LETTER


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio"])
def test_where_no_broker_carried_it_there_is_no_way(run: Any, engine: str) -> None:
    assert way(run(f"engine: {engine}\nevents: {{a: {{}}}}\nhandlers: {{h: {{on: a}}}}\nscript: [{{emit: a}}]")) == []
