"""Stepping: where the engine stands after each step, as a person sees it in a debugger."""

from __future__ import annotations

import math

import pytest

from bus.runtime.gate import Stop
from bus.runtime.state import Waiting
from bus.session import Session, Step
from tests.helpers.live import Live

NESTED = """
events: {outer: {}, inner: {}}
handlers:
  first: {on: outer, do: [{emit: inner}]}
  inside: {on: inner, do: [{log: inside}]}
  second: {on: outer, do: [{log: second}]}
script: [{emit: outer}, {emit: outer}]
"""


def stepped(live: Live, session: Session, step: Step) -> str:
    """Make a step; where it ended, as text: kind, event or handler, depth."""
    before = session.engine_state.next_stop
    session.step(step)
    live.until(session, lambda: session.engine_state.next_stop not in (None, before) or at_rest(session))
    return where(session.engine_state.next_stop)


def at_rest(session: Session) -> bool:
    return session.engine_state.phase == "finished"


def where(stop: Stop | None) -> str:
    return "the end" if stop is None else f"{stop.kind} {stop.handler or stop.event} {stop.depth}"


def started_paused(live: Live, text: str, engine: str = "pyee") -> Session:
    session = live(text)
    session.start(engine=engine, speed=math.inf, paused=True)
    live.paused(session)
    return session


def test_started_paused_the_engine_stands_before_the_first_dispatch(live: Live) -> None:
    session = started_paused(live, NESTED)
    assert session.engine_state.phase == "paused"
    assert where(session.engine_state.next_stop) == "dispatch outer 0"
    assert len(session.trace.dispatches) == 0


def test_into_goes_through_everything_in_the_order_of_the_calls(live: Live) -> None:
    session = started_paused(live, NESTED)
    seen = [stepped(live, session, Step.INTO) for _ in range(5)]
    assert seen == ["call first 0", "dispatch inner 1", "call inside 1", "call second 0", "dispatch outer 0"]


def test_the_next_call_passes_over_what_is_nested(live: Live) -> None:
    session = started_paused(live, NESTED)
    assert [stepped(live, session, Step.CALL) for _ in range(3)] == ["call first 0", "call second 0", "call first 0"]


def test_the_next_dispatch_is_the_next_emit_wherever_it_is(live: Live) -> None:
    session = started_paused(live, NESTED)
    assert [stepped(live, session, Step.DISPATCH) for _ in range(2)] == ["dispatch inner 1", "dispatch outer 0"]


def test_out_leaves_the_nested_dispatch(live: Live) -> None:
    session = started_paused(live, NESTED)
    for _ in range(3):
        stepped(live, session, Step.INTO)
    assert where(session.engine_state.next_stop) == "call inside 1"
    assert stepped(live, session, Step.OUT) == "call second 0"
    assert stepped(live, session, Step.OUT) == "dispatch outer 0"
    assert stepped(live, session, Step.OUT) == "the end"


def test_while_it_stands_inside_a_synchronous_emit_its_caller_is_running(live: Live) -> None:
    session = started_paused(live, NESTED)
    for _ in range(3):
        stepped(live, session, Step.INTO)
    session.pump()
    assert session.trace.calls.outcome.tolist() == [0, 0]  # first, and inside at its entry: neither has ended
    assert session.engine_state.virtual_ns == 0


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_an_engine_that_stands_inside_a_nested_emit_can_be_stopped(engine: str, live: Live) -> None:
    session = started_paused(live, NESTED, engine)
    while where(session.engine_state.next_stop) != "dispatch inner 1":
        stepped(live, session, Step.INTO)
    session.stop()
    live.until(session, lambda: session.engine_state.phase == "idle")


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_resumed_it_runs_to_the_end(engine: str, live: Live) -> None:
    session = started_paused(live, NESTED, engine)
    session.resume()
    assert session.wait(60)
    assert len(session.trace.calls) == 6


def test_a_task_is_not_nested_in_the_call_that_emitted(live: Live) -> None:
    session = started_paused(live, NESTED, "pyee-asyncio")
    seen = [stepped(live, session, Step.CALL) for _ in range(6)]
    assert sorted(seen) == ["call first 0"] * 2 + ["call inside 1"] * 2 + ["call second 0"] * 2


def test_while_it_is_paused_time_stands_and_what_waits_is_listed(live: Live) -> None:
    session = live(
        "events: {a: {}, b: {}}\n"
        "handlers:\n  slow: {on: a, do: [{wait: 5min}]}\n  idle: {on: a, do: [{wait: forever}]}\n"
        "script: [{emit: a}, {wait: 10min}, {emit: b}]"
    )
    session.start(engine="pyee-asyncio")
    live.calls(session, 2)
    session.pause()
    live.until(session, lambda: session.engine_state.phase == "paused")
    first = session.engine_state
    assert first.next_stop is None
    assert [(waiting.kind, waiting.handler) for waiting in first.queue] == [
        ("wait", "slow"),
        ("script", ""),
        ("wait", "idle"),
    ]
    session.emit("b")
    live.paused(session)
    assert session.engine_state.virtual_ns == first.virtual_ns
    assert where(session.engine_state.next_stop) == "dispatch b 0"


def test_calls_that_were_scheduled_and_have_not_started_are_listed(live: Live) -> None:
    session = live(NESTED)
    session.start(engine="pyee-asyncio", speed=math.inf, paused=True)
    live.paused(session)
    stepped(live, session, Step.DISPATCH)  # the second emit of the script: the tasks of the first have not run
    live.until(session, lambda: bool(session.engine_state.queue))
    assert Waiting("call", "", "first", None) in session.engine_state.queue
