"""`on_failure`: an event inside the last call for an event, where that has failed as well."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.told import events, logged, payloads

TEXT = """events: {a: {}, dead: {DEAD}}
handlers:
  h: {on: a, SAID on_failure: dead, do: [{transform: {n: 0}}, {fail: {error: CardDeclined, message: no money}}]}
  hears: {on: dead, do: [{log: "${event.payload.attempts}"}]}
script: [{emit: a, with: {n: 7}}]
"""
EVERY = pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])


def text(said: str, dead: str = "") -> str:
    return TEXT.replace("SAID", said).replace("DEAD", dead)


@EVERY
@pytest.mark.parametrize("worker", ["", "worker: thread,", "worker: process,"])
def test_it_says_what_failed_and_why_once_nobody_tries_again(engine: str, worker: str, run: Any) -> None:
    trace = run(text(f"{worker} retry: {{attempts: 3, backoff: 1ms}},"), engine=engine)
    letter = payloads(trace)[events(trace).index("dead")]
    assert letter == {
        "event": "a",
        "payload": {"n": 7},
        "handler": "h",
        "error": "CardDeclined",
        "message": "no money",
        "attempts": 3,
    }
    assert logged(trace) == ["3"]


@EVERY
def test_it_is_emitted_in_the_call_that_failed_last(engine: str, run: Any) -> None:
    trace = run(text("retry: {attempts: 2},"), engine=engine)
    last = [row for row in range(len(trace.calls)) if trace.calls.attempt[row] == 2]
    parent = trace.dispatches.parent_call[events(trace).index("dead")]
    assert [int(trace.calls.id[row]) for row in last] == [int(parent)]


@EVERY
def test_a_failure_that_is_not_worth_another_call_is_final_at_once(engine: str, run: Any) -> None:
    trace = run(text("retry: {attempts: 9, on: Timeout},"), engine=engine)
    assert trace.calls.attempt.tolist() == [1, 1]
    assert logged(trace) == ["1"]


def test_the_handler_of_a_dead_letter_that_has_no_retry_knows_nothing_of_its_emitters_attempts(run: Any) -> None:
    more = "  again: {on: dead, on_failure: last, do: [{fail: always}]}\nscript"
    trace = run(
        text("retry: {attempts: 2},").replace("script", more).replace("dead: {", "last: {}, dead: {"), engine="pyee"
    )
    assert events(trace).count("last") == 1


def test_one_that_its_schema_refuses_is_told_at_the_call(run: Any) -> None:
    trace = run(text("", "schema: {required: [reason]}"), engine="pyee")
    (line,) = logged(trace)
    assert line.startswith("on_failure: dead was not emitted")
    assert "reason" in line
    assert trace.marks.call.tolist() == trace.calls.id.tolist()


def test_who_has_died_emits_nothing(run: Any) -> None:
    trace = run(text("").replace("do: [", "do: [{crash: always}, "), engine="pyee")
    assert events(trace) == ["a"]


def test_a_call_that_nobody_makes_again_is_the_first_attempt_in_whatever_its_event_was_emitted(run: Any) -> None:
    more = "  again: {on: dead, on_failure: last, do: [{fail: always}]}\n"
    more += '  end: {on: last, do: [{log: "last ${event.payload.attempts}"}]}\nscript'
    said = text("retry: {attempts: 2},").replace("script", more).replace("dead: {", "last: {}, dead: {")
    assert "last 1" in logged(run(said, engine="pyee-asyncio"))
