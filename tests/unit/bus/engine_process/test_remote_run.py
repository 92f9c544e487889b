"""A run whose engine is in a process of its own is the same to a person as one on a thread."""

from __future__ import annotations

import math
import os
import signal
from typing import Any

import pytest

from bus.contract.boundaries import Boundary
from bus.engine_process.remote_run import GIVEN_UP, RemoteRun
from bus.scenario import SAMPLES
from bus.session import Session, Step
from buslens.records import Outcome
from tests.helpers.live import Live, over, until
from tests.helpers.patience import wait_until
from tests.helpers.told import events, failure, logged, payloads

SHOP = """
events: {placed: {sample: {id: 1}}, paid: {}}
handlers:
  charge: {on: placed, do: [{wait: 20ms}, {emit: paid}]}
  thank: {on: paid, do: [{log: thanks}]}
script: [{emit: placed, every: 100ms, times: 3}]
"""
ENDLESS = "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]"
CODE = """
events: {{a: {{}}}}
handlers:
  h:
    on: a
    do: [{{python: "log('{word}')"}}]
"""


def run_of(session: Session) -> RemoteRun:
    assert isinstance(session._runner, RemoteRun)
    return session._runner


def kill(session: Session) -> None:
    os.kill(run_of(session)._process.pid, signal.SIGKILL)


def said_by(session: Session) -> Any:
    trace = session.trace
    return (
        events(trace),
        payloads(trace),
        logged(trace),
        trace.dispatches.emitted_ns.tolist(),
        trace.calls.ended_ns.tolist(),
    )


@pytest.mark.parametrize("sample", [SAMPLES[0].id, SAMPLES[1].id])
def test_it_records_what_a_thread_records_to_the_nanosecond(sample: str, remote: Live) -> None:
    path = next(each.path for each in SAMPLES if each.id == sample)
    elsewhere = remote.ended(path, engine="pyee-asyncio", seed=7)
    remote.make_run = None
    here = remote.ended(path, engine="pyee-asyncio", seed=7)
    assert said_by(elsewhere) == said_by(here)
    assert elsewhere.engine_state == here.engine_state
    assert elsewhere.trace.header == here.trace.header


def test_it_stands_where_each_step_ends_and_goes_on(remote: Live) -> None:
    session = remote.begun(SHOP, engine="pyee-asyncio", paused=True)
    assert session.engine_state.phase == "paused"
    stops = []
    for _ in range(4):
        remote.paused(session)
        stop = session.engine_state.next_stop
        assert stop is not None
        stops.append((stop.kind, stop.event, stop.handler))
        session.step(Step.INTO)
        assert session.engine_state.phase == "running"
    assert stops == [
        ("dispatch", "placed", ""),
        ("call", "placed", "charge"),
        ("dispatch", "paid", ""),
        ("call", "paid", "thank"),
    ]
    session.resume()
    over(session)
    assert events(session.trace) == ["placed", "paid"] * 3


def test_a_pause_holds_at_once_and_lists_what_waits(remote: Live) -> None:
    session = remote.begun(ENDLESS, engine="pyee-asyncio", speed=1.0)
    remote.calls(session, 1)
    session.pause()
    assert session.engine_state.phase == "paused"
    remote.until(session, lambda: bool(session.engine_state.queue))
    first = session.engine_state
    assert [(waiting.kind, waiting.handler) for waiting in first.queue] == [("wait", "h")]
    session.pump()
    assert session.engine_state.virtual_ns == first.virtual_ns
    session.resume()
    remote.until(session, lambda: session.engine_state.virtual_ns > first.virtual_ns)


def test_an_emit_by_hand_is_never_taken_for_over_before_it_is(remote: Live) -> None:
    session = remote.ended(SHOP)
    for count in range(1, 6):
        session.emit("paid")
        assert session.engine_state.phase == "running"
        over(session)
        assert logged(session.trace) == ["thanks"] * (3 + count)


def test_it_follows_the_edited_scenario(remote: Live) -> None:
    session = remote.ended(SHOP)
    assert session.document is not None
    session.document.set_handler("thank", do=[{"log": "edited"}])
    session.emit("paid")
    over(session)
    assert logged(session.trace)[-1] == "edited"
    assert session.runs.view.edited


def test_python_runs_only_for_the_text_that_a_person_trusted(remote: Live) -> None:
    trusted: set[str] = set()
    remote.trusts = trusted.__contains__  # type: ignore[method-assign]
    session = remote(CODE.format(word="one"))
    assert session.document is not None
    session.emit("a")
    over(session)
    assert failure(session.trace)[0] == "NotTrusted", failure(session.trace)
    trusted.add(session.document.content_hash)
    session.emit("a")
    over(session)
    assert logged(session.trace) == ["one"]
    session.document.set_handler("h", do=[{"python": "log('two')"}])
    session.emit("a")
    over(session)
    assert logged(session.trace) == ["one"]
    assert session.trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.OK, Outcome.FAILED]


def test_what_is_not_to_be_recorded_is_not(remote: Live) -> None:
    session = remote.ended(SHOP)
    session.set_recording(False)
    session.emit("paid")
    over(session)
    session.set_recording(True)
    session.emit("paid")
    over(session)
    assert logged(session.trace) == ["thanks"] * 4
    again = remote(SHOP)
    again.set_recording(False)
    again.start(speed=math.inf)
    over(again)
    assert not len(again.trace.dispatches)


def test_the_speed_is_what_was_asked_for_before_the_process_says_so(remote: Live) -> None:
    session = remote.begun(ENDLESS, speed=1.0)
    remote.calls(session, 1)
    session.set_speed(50.0)
    session.pump()
    assert session.engine_state.speed == 50.0
    now = session.engine_state.virtual_ns
    remote.until(session, lambda: session.engine_state.virtual_ns - now > 5e9)


def test_a_busy_run_ends_when_it_is_told_to_though_nobody_reads(remote: Live) -> None:
    session = remote.begun("events: {a: {}}\nscript: [{emit: a, times: 1000000}]", engine="pyee")
    remote.until(session, lambda: len(session.trace.dispatches) > 100)
    run = run_of(session)
    wait_until(lambda: run.back_pressure.frames > 10, session.pump)
    session.stop()
    assert session.engine_state.phase == "stopping"
    assert run.join(120)
    remote.until(session, lambda: session.engine_state.phase == "idle")
    assert 100 < len(session.trace.dispatches) < 1_000_000


def test_a_run_goes_on_to_its_end_while_the_next_one_begins(remote: Live) -> None:
    session = remote.begun(ENDLESS, speed=1.0)
    session.runs.most = 10
    remote.calls(session, 1)
    first = session.runs.view
    session.start()
    remote.calls(session, 1)
    assert first.trace is not None
    remote.until(session, lambda: first.trace is not None and first.trace.calls.outcome.tolist() == [Outcome.CANCELLED])
    assert session.trace.calls.outcome.tolist() == [Outcome.RUNNING]


def test_a_consumer_that_dies_is_handed_its_event_again(remote: Live) -> None:
    session = remote("events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]")
    session.start(engine="sqlite", speed=math.inf, crash=Boundary.HANDLED)
    over(session)
    assert len(session.trace.calls) == 2


def test_a_killed_process_is_told_in_a_sentence_and_what_it_recorded_stays(remote: Live) -> None:
    session = remote.begun(ENDLESS)
    remote.calls(session, 1)
    kill(session)
    remote.until(session, lambda: session.engine_state.phase == "failed")
    assert session.engine_state.message == (
        "the engine's process was killed by signal 9; what it had recorded until then is kept"
    )
    assert events(session.trace) == ["a"]
    session.emit("b")  # another run, in another process
    over(session)
    assert events(session.trace) == ["b"]


def test_a_run_that_does_not_end_is_ended_with_its_process(remote: Live) -> None:
    session = remote.begun(ENDLESS)
    remote.calls(session, 1)
    run = run_of(session)
    os.kill(run._process.pid, signal.SIGSTOP)
    session.stop()
    assert not run.join(0.01)
    assert run.give_up() == GIVEN_UP
    assert run.join(120)
    until(session, lambda: session.engine_state.phase == "failed")
