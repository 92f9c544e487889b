"""A call as expressions see it."""

from __future__ import annotations

from tests.unit.bus.behaviour.asked import Asked, call


def test_expressions_read_the_event_the_number_of_the_call_and_the_counters_as_they_are_now() -> None:
    context = Asked()
    made = call(context, payload={"n": 1}, count=3)
    context.count("orders")
    variables = made.variables()
    context.count("orders")
    assert variables == {"event": {"name": "a", "payload": {"n": 1}}, "count": 3, "counters": {"orders": 1}}
