"""Rows of the reader become emits and calls that a person asserts on."""

from __future__ import annotations

from buslens.testing.seen import SeenCall, SeenError, SeenEvent
from tests.helpers.seen_rows import answer, call, emit


def test_an_answer_becomes_emits_with_their_calls() -> None:
    seen = SeenEvent.of("paid", answer([emit(calls=[call("book", file="a.py", line=3)], skipped=[("mail", "why")])]))
    (first,) = seen.emits
    assert (first.payload, first.skipped, seen.count) == ({"id": 1}, (("mail", "why"),), 1)
    assert (first.calls[0].place, first.calls[0].ran_ms) == ("a.py:3", 2.0)


def test_a_call_that_runs_has_taken_no_time_yet_and_an_error_is_one_line() -> None:
    running = SeenCall.of(call("book", ended=None, outcome="running"))
    assert (running.ran_ms, running.place) == (None, "")
    assert str(SeenError("ValueError", "no\nsecond line")) == "ValueError: no"
    assert str(SeenError("ValueError", "")) == "ValueError"
