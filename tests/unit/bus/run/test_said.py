"""What handlers see as an event's payload."""

from __future__ import annotations

from bus.run.said import said_payload


def test_objects_of_pyees_own_events_become_plain_values() -> None:
    def h() -> None:
        """A handler."""

    assert said_payload("new_listener", ("a", h))["event"] == "a"
    assert said_payload("error", (ValueError("x"),)) == {"type": "ValueError", "message": "x"}
    assert said_payload("a", ({"n": 1},)) == {"n": 1}
    assert said_payload("a", ()) is None
