"""`retry` on pyee's emitters: what becomes of a failure that another attempt follows, and of the last one."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bus.runtime.state import AT_REST
from bus.session import Step
from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers.live import Live
from tests.helpers.patience import PATIENCE_S

S = 1_000_000_000
PYEE = pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
LONG = "events: {a: {}}\nhandlers: {h: {on: a, retry: {backoff: 60min}, do: [{fail: always}]}}\nscript: [{emit: a}]"


def by_handler(trace: Trace) -> dict[str, list[Outcome]]:
    """Outcomes of calls, in the order of their starts."""
    found: dict[str, list[Outcome]] = {}
    for handler, outcome in zip(trace.calls.handler.tolist(), trace.calls.outcome.tolist(), strict=True):
        found.setdefault(trace.names.text(handler), []).append(Outcome(outcome))
    return found


def test_what_emits_goes_on_and_handlers_behind_are_called_where_another_attempt_follows(run: Any) -> None:
    trace = run(
        "events: {a: {}, b: {}}\nhandlers:\n"
        "  emits: {on: a, do: [{emit: b}, {log: went on}]}\n"
        "  tries: {on: b, retry: {attempts: 2}, do: [{fail: always}]}\n"
        "  behind: {on: b}\n"
        "script: [{emit: a}]",
        engine="pyee",
    )
    failed, ok = Outcome.FAILED, Outcome.OK
    assert by_handler(trace) == {"emits": [ok], "tries": [failed, failed], "behind": [ok]}
    assert [trace.marks.text(row) for row in range(len(trace.marks))] == ["went on"]


def test_an_only_attempt_that_fails_raises_as_if_nothing_was_said(run: Any) -> None:
    text = (
        "events: {a: {}}\nhandlers: {tries: {on: a, RETRY do: [{fail: always}]}, behind: {on: a}}\nscript: [{emit: a}]"
    )
    once, plain = (run(text.replace("RETRY", said), engine="pyee") for said in ("retry: {attempts: 1},", ""))
    assert by_handler(once) == by_handler(plain) == {"tries": [Outcome.FAILED]}


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads"])
def test_the_last_failure_becomes_an_error_event_of_the_call_that_failed_last(engine: str, run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers: {h: {on: a, retry: {attempts: 3}, do: [{fail: always}]}}\nscript: [{emit: a}]",
        engine=engine,
    )
    assert trace.calls.attempt.tolist() == [1, 2, 3]
    assert [trace.names.text(int(event)) for event in trace.dispatches.event] == ["a", "error"]
    assert trace.dispatches.parent_call.tolist() == [0, int(trace.calls.id[-1])]


@PYEE
def test_while_it_is_paused_a_person_sees_who_is_called_again_and_when_and_can_stop(engine: str, live: Live) -> None:
    session = live(LONG)
    session.start(engine=engine)
    live.until(session, lambda: session.trace.calls.outcome.tolist() == [Outcome.FAILED])
    session.pause()
    live.until(session, lambda: [each.kind for each in session.engine_state.queue] == ["retry"])
    (waiting,) = session.engine_state.queue
    assert (waiting.handler, waiting.event) == ("h", "a")
    assert waiting.due_ns is not None
    assert waiting.due_ns >= int(session.trace.calls.ended_ns[0]) + 3600 * S
    session.stop()
    live.until(session, lambda: session.engine_state.phase in AT_REST)
    assert by_handler(session.trace) == {"h": [Outcome.FAILED]}


@PYEE
def test_steps_go_from_attempt_to_attempt(engine: str, live: Live) -> None:
    session = live(LONG)
    session.start(engine=engine, speed=math.inf, paused=True)
    seen = []
    for _ in range(3):
        live.paused(session)
        before = session.engine_state.next_stop
        session.step(Step.CALL)
        live.until(session, lambda before=before: session.engine_state.next_stop not in (None, before))
        stop = session.engine_state.next_stop
        assert stop is not None
        seen.append((stop.kind, stop.handler, stop.stack, session.engine_state.virtual_ns // S))
    assert seen == [("call", "h", 0, 0), ("call", "h", 0, 3600), ("call", "h", 0, 7200)]
    session.stop()
    live.until(session, lambda: session.engine_state.phase in AT_REST)


@PYEE
def test_a_call_that_is_cancelled_before_it_begins_is_not_made_again(engine: str, live: Live) -> None:
    session = live("events: {a: {}}\nhandlers: {h: {on: a, retry: {}, do: [{wait: forever}]}}\nscript: [{emit: a}]")
    session.start(engine=engine, paused=True)
    live.paused(session)
    session.stop()
    live.until(session, lambda: session.engine_state.phase in AT_REST)
    assert Outcome.OK not in session.trace.calls.outcome.tolist()
    assert session.trace.calls.attempt.tolist() in ([], [1])


@PYEE
def test_what_waits_for_its_next_attempt_is_called_as_it_was_whatever_is_edited(engine: str, live: Live) -> None:
    session = live(LONG)
    session.start(engine=engine)
    live.until(session, lambda: session.trace.calls.outcome.tolist() == [Outcome.FAILED])
    assert session.document is not None
    session.document.set_handler("h", do=[{"log": "mended"}])
    session.pump()
    session.set_speed(math.inf)
    assert session.wait(PATIENCE_S)
    assert by_handler(session.trace) == {"h": [Outcome.FAILED] * 3}


@PYEE
def test_an_edit_that_brings_the_first_retry_says_that_it_takes_effect_with_the_next_run(
    engine: str, live: Live
) -> None:
    session = live("events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}, {wait: 60min}]")
    session.start(engine=engine)
    live.calls(session, 1)
    assert session.document is not None
    session.document.set_handler("h", retry={"attempts": 2})
    session.pump()
    live.until(session, lambda: len(session.trace.marks) > 0)
    assert session.trace.marks.text(0) == "h: retry takes effect with the next run"
