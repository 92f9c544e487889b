"""Who sends what to whom, as every diagram draws it."""

from __future__ import annotations

from bus.export.sequence import MOST_CALLS, What, sequence
from tests.helpers.planted import Story


def test_steps_come_in_the_order_of_time_with_what_went_wrong() -> None:
    told = Story()
    told.on("charge", "placed")
    placed = told.emit("placed", 1)
    charge = told.begin(placed, "charge", "placed", flags=4, attempt=2)
    told.emit("packd", cause=charge)
    told.end(charge, ValueError("no luck"))
    trace = told.trace()
    found = sequence(trace, [1, 0])
    assert found.actors == ("charge", "MainThread")
    assert [(step.what, step.event, step.text) for step in found.steps] == [
        (What.ASYNC_CALL, "placed", "attempt 2"),
        (What.NOTE, "packd", "lost: nobody listens"),
        (What.FAILURE, "", "ValueError: no luck"),
    ]
    call, note, failure = found.steps
    assert (call.source, call.target) == (1, 0)
    assert note.source == note.target == 0
    assert (failure.source, failure.target) == (0, 1)


def test_a_call_that_runs_still_is_said_to() -> None:
    told = Story()
    told.begin(told.emit("placed", 1), "charge", "placed")
    found = sequence(told.trace(), [0])
    assert [step.text for step in found.steps] == ["", "still running"]


def test_of_several_buses_each_event_says_which() -> None:
    told = Story()
    for name in ("shop", "mail"):
        told.heard("placed", "log", bus=told.bus(name))
    assert {step.event for step in sequence(told.trace(), [0, 1]).steps} == {"placed on shop", "placed on mail"}


def test_a_dispatch_with_very_many_calls_is_cut() -> None:
    told = Story()
    told.heard("placed", *(f"h{number}" for number in range(MOST_CALLS + 50)))
    assert len(sequence(told.trace(), [0]).steps) == MOST_CALLS
