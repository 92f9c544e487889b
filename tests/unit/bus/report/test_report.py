"""What leaves with a report, in words."""

from __future__ import annotations

from bus.report import Leaving


def test_what_leaves_is_said_in_words() -> None:
    assert Leaving(3, 1, 0, 2, 1).words == (
        "3 names of events, handlers and threads, 1 place in code, 0 payloads, 2 errors, 1 secret replaced by a mark"
    )
