"""A connection to RabbitMQ that breaks, goes silent or is refused something, in the middle of runs."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from functools import partial
from typing import Any

import numpy as np
import pytest

from bus.analysis import ledger
from bus.engines import Makers
from bus.engines.rabbitmq import names as rabbitmq_names
from bus.engines.rabbitmq.client import Patience
from bus.engines.rabbitmq.engine import RabbitEngine
from bus.runs.sqlite_runs import left_behind
from bus.runtime.state import AT_REST
from bus.trace import Trace
from buslens.records import Kind, Outcome
from tests.helpers.live import over, until
from tests.helpers.patience import PATIENCE_S
from tests.helpers.proxy import Proxy
from tests.helpers.rabbit import Begun, run_name, with_channel
from tests.helpers.told import logged, told

EVENTS = 600
BUSY = f"""buslens: 1
events: {{a: {{}}, b: {{}}}}
handlers:
  first: {{on: a, attempts: 50, do: [{{wait: 1ms}}, {{fail: {{probability: 0.02}}}}]}}
  second: {{on: a, attempts: 50, do: [{{emit: b, with: $event.payload}}]}}
  third: {{on: b, attempts: 50, do: [{{crash: {{every: 50}}}}]}}
script: [{{emit: a, with: $count, every: 2ms, times: {EVENTS}}}]
"""
STEADY = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 1ms}]}}
script: [{emit: a, with: $count, every: 2ms, times: 400}]
"""
LISTENING = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, attempts: 2}}\nscript: [{wait: 1ms}]\n"

pytestmark = pytest.mark.usefixtures("rabbitmq")


def handled(trace: Trace) -> Counter[tuple[str, int]]:
    """How often each handler has handled each number."""
    rows = np.flatnonzero(trace.calls.outcome == Outcome.OK)
    return Counter(
        (
            trace.names.text(int(trace.calls.handler[row])),
            trace.payload(int(trace.dispatches.row_of(int(trace.calls.dispatch[row])))).value,
        )
        for row in rows
    )


def waiting(**seconds: float) -> Makers:
    """RabbitMQ that waits for its broker in another way: see Patience."""
    return {"rabbitmq": partial(RabbitEngine, Patience(**seconds))}


def test_a_connection_that_is_cut_again_and_again_loses_nothing(
    begun: Begun, rabbitmq: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy(rabbitmq.port) as proxy:
        monkeypatch.setenv(rabbitmq_names.VARIABLE, f"amqp://guest:guest@127.0.0.1:{proxy.port}/")
        session = begun(BUSY, speed=1.0)
        for confirmed in range(20, EVENTS, 20):
            until(session, lambda most=confirmed: told(session.trace, Kind.CONFIRMED) >= most)  # type: ignore[misc]
            proxy.cut()
        over(session)
        assert proxy.accepted > 2, "it came back more than once; how often depends on how busy the machine is"
        found = ledger.of_trace(session.trace)
        assert found.handled + found.retried == found.emitted
        assert set(handled(session.trace)) == {
            (name, number) for name in ("first", "second", "third") for number in range(1, EVENTS + 1)
        }
        session.close()


def test_connections_that_are_cut_in_the_middle_of_any_request_lose_nothing(
    begun: Begun, rabbitmq: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Proxy(rabbitmq.port) as proxy:
        monkeypatch.setenv(rabbitmq_names.VARIABLE, f"amqp://guest:guest@127.0.0.1:{proxy.port}/")
        session = begun(STEADY, speed=1.0, engines=waiting(first_pause_s=0.01, longest_pause_s=0.02))
        until(session, lambda: told(session.trace, Kind.CONFIRMED) >= 50)
        proxy.lives.extend(range(1, 2400, 24))  # opening takes some 900 bytes, and declaring as many
        proxy.cut()
        over(session)
        assert not proxy.lives
        found = ledger.of_trace(session.trace)
        assert (found.emitted, found.handled + found.retried) == (400, 400)
        assert handled(session.trace).keys() == {("h", number) for number in range(1, 401)}
        session.close()
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_a_broker_that_hangs_for_a_while_is_waited_for(begun: Begun, rabbitmq: Any) -> None:
    session = begun(STEADY, speed=1.0)
    until(session, lambda: told(session.trace, Kind.CONFIRMED) >= 100)
    rabbitmq.pause()
    until(session, lambda: len(session.trace.dispatches) >= 200)  # the script goes on meanwhile
    rabbitmq.go_on()
    over(session)
    found = ledger.of_trace(session.trace)
    assert (found.emitted, found.handled + found.retried) == (400, 400)


def test_a_run_ends_while_the_broker_hangs_and_leaves_its_names_to_clean(begun: Begun, rabbitmq: Any) -> None:
    from app.cli_clean import clean

    session = begun(STEADY, speed=1.0)
    until(session, lambda: told(session.trace, Kind.CONFIRMED) >= 100)
    rabbitmq.pause()
    try:
        session.stop()
        until(session, lambda: session.engine_state.phase in AT_REST)
        assert session.engine_state.phase == "idle", session.engine_state.message
    finally:
        rabbitmq.go_on()
    assert left_behind() != []
    assert clean() == 0


def test_a_run_that_is_stopped_while_it_connects_ends_at_once(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv(rabbitmq_names.VARIABLE, f"amqp://guest:guest@127.0.0.1:{port}/")
        session = begun(LISTENING)
        silent.accept()[0].detach()
        session.stop()
        until(session, lambda: session.engine_state.phase in AT_REST)
        assert session.engine_state.phase == "idle"
        (client,) = [each for each in threading.enumerate() if each.name == "engine rabbitmq"]
        client.join(PATIENCE_S)
        assert not client.is_alive()
    assert left_behind() == []


def test_a_queue_that_somebody_removes_is_made_again(begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    queue = f"{run_name(session)}.h.a"

    async def remove(channel: Any) -> None:
        await channel.queue_delete(queue)

    with_channel(remove)
    until(session, lambda: "rabbitmq can be reached again" in logged(session.trace))
    session.emit("a", 2)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 2)


def test_what_the_broker_always_refuses_ends_the_run_with_its_reason(begun: Begun) -> None:
    session = begun(LISTENING, engines=waiting(longest_pause_s=0.1))
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)

    async def replace(channel: Any) -> None:
        await channel.exchange_delete(run)
        await channel.declare_exchange(run, "fanout")
        await channel.queue_delete(f"{run}.h.a")  # it connects anew, and is told that the exchange is none of ours

    with_channel(replace)
    until(session, lambda: any("is gone" in mark for mark in logged(session.trace)))
    session.emit("a", 2)
    until(session, lambda: session.engine_state.phase == "failed")
    assert "refuses what it is asked: ChannelPreconditionFailed: PRECONDITION_FAILED" in session.engine_state.message


def test_more_attempts_than_the_brokers_own_limit(begun: Begun) -> None:
    session = begun(
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, attempts: 25, do: [{fail: always}]}}\nscript: [{emit: a}]"
    )
    over(session)
    assert session.trace.calls.attempt.tolist() == list(range(1, 26))
    assert told(session.trace, Kind.DEAD_LETTERED) == 1


def test_a_server_that_never_answers_is_one_sentence(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv(rabbitmq_names.VARIABLE, f"amqp://guest:guest@127.0.0.1:{port}/")
        session = begun(LISTENING, engines=waiting(timeout_s=0.3))
        over(session)
    assert session.engine_state.phase == "failed"
    assert f"RabbitMQ at amqp://127.0.0.1:{port}/ does not answer" in session.engine_state.message
