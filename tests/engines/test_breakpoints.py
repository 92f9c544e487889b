"""Breakpoints and redelivery where a broker has the events: only that edge waits, and what the broker does then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.engines.rabbitmq import names as rabbitmq_names
from bus.run.breakpoints import Breakpoint
from bus.session import Session
from bus.session.redelivering import found, redeliver, redeliver_edited
from bus.trace import fates
from buslens.records import Did, Kind, Outcome
from tests.helpers.live import Live, over, until
from tests.helpers.ports import free_port
from tests.helpers.rabbit import servers
from tests.helpers.told import logged, told
from ui.breakpoints.words import held_line, state_of

TEXT = """
events: {a: {}, b: {}}
handlers:
  one: {on: [a, b], do: [{log: 'one got ${event.payload}'}]}
  two: {on: a, do: [{log: 'two got ${event.payload}'}]}
script: [{emit: a, with: $count, times: 3}, {emit: b, with: 9}]
"""
FAILS = """
events: {a: {}}
handlers: {h: {on: a, retry: {attempts: 2}, do: [{log: 'h got ${event.payload}'}, {fail: {if: event.payload < 5}}]}}
script: [{emit: a, with: 1}]
"""
DURABLE = pytest.mark.parametrize("engine", ["sqlite", "rabbitmq", "kafka"])
PATIENCE_S = 120.0
Begun = Callable[..., Session]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path)
    yield live
    live.close()


@pytest.fixture
def held(live: Live, request: pytest.FixtureRequest) -> Begun:
    """Begins a run on an engine, whose broker is up, that holds what comes from `a` to `one`."""

    def begin(engine: str, text: str = TEXT) -> Session:
        if engine != "sqlite":
            request.getfixturevalue(engine)
        session = live(text)
        session.running.breakpoints.set(Breakpoint("a", "one"))
        session.start(engine=engine, speed=math.inf)
        return session

    return begin


def got(session: Session) -> list[str]:
    return [line for line in logged(session.trace) if " got " in line]


@DURABLE
def test_only_that_edge_is_held_and_all_the_rest_goes_on(held: Begun, engine: str) -> None:
    session = held(engine)
    until(session, lambda: session.engine_state.held_count == 3 and len(got(session)) == 4, PATIENCE_S)
    assert sorted(got(session)) == ["one got 9", "two got 1", "two got 2", "two got 3"]
    assert told(session.trace, Kind.ACKNOWLEDGED) == 4
    by_hand, numbers = session.running.breakpoints, [each.number for each in session.engine_state.held]
    by_hand.drop(numbers[0])
    by_hand.release_edited(numbers[1], "edited")
    by_hand.release(numbers[2])
    over(session, PATIENCE_S)
    assert sorted(got(session))[:2] == ["one got 3", "one got 9"]
    assert "one got edited" in got(session)
    assert told(session.trace, Kind.ACKNOWLEDGED) == 7
    assert session.trace.fates.of(session.trace).count(fates.LOST) == 1
    assert session.trace.dispatches.waiting.tolist() == [0] * 4


@DURABLE
def test_what_a_stopped_run_held_was_never_called(held: Begun, engine: str) -> None:
    session = held(engine)
    until(session, lambda: session.engine_state.held_count == 3, PATIENCE_S)
    session.stop()
    over(session, PATIENCE_S)
    assert not any(line.startswith(("one got 1", "one got 2", "one got 3")) for line in got(session))


@DURABLE
def test_a_dead_letter_is_called_again_by_hand_and_the_broker_hears_nothing_of_it(held: Begun, engine: str) -> None:
    session = held(engine, FAILS)
    over(session, PATIENCE_S)
    trace = session.trace
    assert trace.fates.of(trace).count(fates.DEAD) == 1
    before = len(trace.deliveries)
    redeliver(session, found(session, "dispatch", int(trace.dispatches.id[0])))
    until(session, lambda: len(got(session)) == 3 and session.engine_state.phase == "finished", PATIENCE_S)
    redeliver_edited(session, found(session, "call", int(trace.calls.id[2])), 7)
    until(session, lambda: len(got(session)) == 4 and session.engine_state.phase == "finished", PATIENCE_S)
    assert got(session) == ["h got 1"] * 3 + ["h got 7"]
    assert trace.calls.attempt.tolist() == [1, 2, 3, 4]
    assert trace.calls.outcome.tolist() == [Outcome.FAILED] * 3 + [Outcome.OK]
    assert trace.interventions.view("did").tolist() == [Did.REDELIVERED] * 2
    assert len(trace.deliveries) == before
    assert trace.fates.of(trace).count(fates.DEAD) == 1


@DURABLE
def test_only_rabbitmq_takes_back_what_waits_and_that_is_counted_down(held: Begun, engine: str) -> None:
    session = held(engine)
    until(session, lambda: session.engine_state.held_count == 3, PATIENCE_S)
    first, now_s = session.engine_state.held[0], time.monotonic()
    says = held_line(session.engine_state, now_s)
    if engine != "rabbitmq":
        assert first.lease is None
        assert says == "3 deliveries held at a -> one"
        return
    assert first.lease is not None
    assert 0 < first.lease.ends_s - now_s <= rabbitmq_names.USUAL_LEASE_S
    assert "rabbitmq takes the first of them back in 29:" in says.replace("30:00", "29:60")
    assert "(its default), to be delivered again, here or elsewhere" in says
    assert "taken back in " in state_of(first, 0, now_s)


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A RabbitMQ that takes back what is not acknowledged in two seconds."""

    class Impatient(servers().RabbitMq):  # type: ignore[misc]
        def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
            found = super().commands()
            found["rabbitmq"][1]["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] += (
                " -rabbit consumer_timeout 2000 -rabbit channel_tick_interval 300"
            )
            return found

    if not Impatient.program():
        pytest.skip("RabbitMQ is not installed: python3 dev.py brokers up")
    server = Impatient(tmp_path, free_port(10_001, 10_002))
    server.up()
    monkeypatch.setenv(rabbitmq_names.VARIABLE, server.url)
    yield server
    server.kill()


@pytest.mark.usefixtures("impatient")
def test_what_rabbitmq_has_taken_back_is_delivered_again_held_again_and_its_time_is_known(live: Live) -> None:
    session = live(TEXT)
    session.running.breakpoints.set(Breakpoint("a", "one"))
    session.start(engine="rabbitmq", speed=math.inf)
    until(session, lambda: session.engine_state.held_count == 3, PATIENCE_S)
    session.running.breakpoints.duplicate(session.engine_state.held[0].number)
    until(session, lambda: Did.DUPLICATED in session.trace.interventions.view("did"), PATIENCE_S)
    lost = "it has taken back what was not acknowledged in 2 s"
    until(session, lambda: any(line.endswith(lost) for line in logged(session.trace)), PATIENCE_S)
    until(
        session,
        lambda: (
            session.engine_state.held_count == 3
            and all(each.lease and not each.lease.is_assumed for each in session.engine_state.held)
        ),
        PATIENCE_S,
    )
    session.running.breakpoints.remove("a", "one")
    until(session, lambda: not session.running.breakpoints.all, PATIENCE_S)
    while session.engine_state.phase != "finished":
        session.running.breakpoints.release_all()
        until(
            session, lambda: not session.engine_state.held_count or session.engine_state.phase == "finished", PATIENCE_S
        )
        over(session, PATIENCE_S)
    assert {line for line in got(session) if line.startswith("one")} >= {f"one got {n}" for n in (1, 2, 3, 9)}
    assert Did.COPY_DROPPED in session.trace.interventions.view("did"), "no broker brings a duplicate back"
    assert session.trace.dispatches.columns.view("waiting").tolist() == [0] * 4
