"""A run at a glance: its emits and what it has covered, as a trace has them."""

from __future__ import annotations

import pytest

from bus.capture.sameness import Recorded
from bus.exploration.glance import Glance
from bus.exploration.judging import covered, trace_of
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from tests.helpers.exploring import sample


@pytest.mark.parametrize("name", ["lost-update", "ten-runners", "async-errors", "checkout", "lost-events"])
def test_it_sees_what_a_trace_has(name: str) -> None:
    result = Program(sample(name)).run(Choices())
    glance, trace = Glance(Recorded(result.data)), trace_of(result)
    assert glance.times == trace.dispatches.emitted_ns.tolist()
    assert glance.events == [trace.names.text(event) for event in trace.dispatches.event.tolist()]
    payloads = [trace.payload(row) for row in range(len(trace.dispatches))]
    assert [glance.payload(place) for place in range(len(payloads))] == [each.value for each in payloads]
    assert glance.covered == covered(trace)
