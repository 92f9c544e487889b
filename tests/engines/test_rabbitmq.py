"""RabbitMQ for real: killed and started again, beside bare clients, with hostile messages in its queues."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from bus.analysis import ledger
from bus.engines import ENGINES
from bus.engines.rabbitmq import names as rabbitmq_names
from bus.engines.rabbitmq import runs as rabbitmq_runs
from bus.runs import sqlite_runs
from buslens.records import Kind, Outcome
from tests.helpers.killing import killed_after
from tests.helpers.live import over, until
from tests.helpers.patience import PATIENCE_S
from tests.helpers.ports import free_port
from tests.helpers.rabbit import Begun, run_name, with_channel
from tests.helpers.told import logged, told

STEADY = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 1ms}]}}
script: [{emit: a, with: $count, every: 4ms, times: 1800}]
"""
LISTENING = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, attempts: 2}}\nscript: [{wait: 1ms}]\n"
ENDLESS = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 10min}]}}
script: [{emit: a, with: $count, every: 1ms, times: 1000000}]
"""

pytestmark = pytest.mark.usefixtures("rabbitmq")


@pytest.mark.parametrize("how", ["kill", "down"])
def test_a_broker_that_goes_away_and_comes_back_loses_nothing(how: str, begun: Begun, rabbitmq: Any) -> None:
    session = begun(STEADY, speed=1.0)
    # RabbitMQ 3.10 itself forgets a quorum queue that is killed in its first seconds, more of them on a busy machine.
    until(session, lambda: told(session.trace, Kind.CONFIRMED) >= 1300)
    getattr(rabbitmq, how)()
    until(session, lambda: any("is gone" in mark for mark in logged(session.trace)))
    until(session, lambda: len(session.trace.dispatches) >= 1400)  # it goes on emitting meanwhile
    rabbitmq.up()
    over(session)
    trace = session.trace
    handled = {trace.payload(int(trace.dispatches.row_of(int(call)))).value for call in trace.calls.dispatch}
    assert handled == set(range(1, 1801))
    found = ledger.of_trace(trace)
    assert (found.emitted, found.handled + found.retried) == (1800, 1800)
    assert "rabbitmq can be reached again" in logged(trace)
    times = Counter(trace.calls.dispatch[trace.calls.outcome == Outcome.OK].tolist())
    assert max(times.values()) <= 2, "at most what was not acknowledged is handled twice"


def test_an_event_that_no_queue_takes_is_lost_with_the_brokers_reason(begun: Begun) -> None:
    session = begun("buslens: 1\nevents: {a: {}}\nscript: [{emit: a, times: 3}]")
    over(session)
    found = ledger.of_trace(session.trace)
    assert found.why["lost"] == (("returned by the broker: 312 NO_ROUTE", 3),)
    assert session.trace.dispatches.outcome.tolist() == [Outcome.LOST] * 3


def test_bare_clients_send_to_us_and_hear_us(begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", {"n": 1})
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)

    async def listen_and_speak(channel: Any) -> Any:
        exchange = await channel.get_exchange(run)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "#")
        await exchange.publish(aio_pika.Message(b'{"from": "outside"}'), "a")
        session.emit("a", {"n": 2})
        heard = []
        async with asyncio.timeout(PATIENCE_S):
            async with queue.iterator() as messages:
                async for message in messages:
                    heard.append(message)
                    if len(heard) == 2:
                        return heard
        return None

    heard = with_channel(listen_and_speak)
    bodies = {message.body: message for message in heard}
    ours = bodies[b'{"n": 2}'].headers
    assert ours["cloudEvents_type"] == "a"
    assert ours["cloudEvents_id"].startswith(run)
    assert ours["traceparent"].startswith("00-")
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 3)
    assert (session.trace.calls.outcome == Outcome.OK).sum() == 3


def test_hostile_messages_become_dead_letters_and_harm_nothing(begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)
    headers = {"cloudEvents_id": "x" * 100_000, "x-delivery-count": "many", "table": {"deep": {"er": 1}}, "n": -1}

    async def send(channel: Any) -> None:
        exchange = await channel.get_exchange(run)
        for body in (b"no json", b"[" * 100_000, b"\xff\xfe", b'"' + b"x" * 50_000_000 + b'"'):
            await exchange.publish(aio_pika.Message(body, headers=headers), "a")

    with_channel(send)
    until(session, lambda: told(session.trace, Kind.DEAD_LETTERED) == 4)
    session.emit("a", 2)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 2)

    async def count_dead(channel: Any) -> int:
        dead = await channel.declare_queue(f"{run}.dead", passive=True)
        return int(dead.declaration_result.message_count)

    assert with_channel(count_dead) == 4


def test_a_finished_run_leaves_nothing_on_the_broker(begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)
    session.close()
    assert not exists(f"{run}.h.a")
    assert not exists(f"{run}.dead")
    assert sqlite_runs.left_behind() == []


def test_a_run_whose_broker_was_killed_leaves_nothing_on_it_and_can_be_joined(begun: Begun, rabbitmq: Any) -> None:
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)
    document = session.document
    assert document is not None
    wait_s = threading.Event()
    wait_s.wait(2.5)  # RabbitMQ 3.10 itself forgets a quorum queue that is killed in its first two seconds
    rabbitmq.kill()
    until(session, lambda: "gone for" in session.engine_state.trouble)
    rabbitmq.up()
    until(session, lambda: not session.engine_state.trouble)
    session.emit("a", 2)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 2)
    assert ENGINES["rabbitmq"].newest_run(document.content_hash) == run
    session.close()
    assert not exists(f"{run}.h.a")
    assert sqlite_runs.left_behind() == []


def exists(queue: str) -> bool:
    async def look(channel: Any) -> bool:
        try:
            await channel.declare_queue(queue, passive=True)
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return False
        return True

    return bool(with_channel(look))


def test_what_a_killed_run_left_is_removed_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.cli_clean import clean

    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    killed_after(20, "run", path, "rabbitmq")
    (folder,) = sqlite_runs.left_behind()
    run, queues = folder.name, json.loads((folder / rabbitmq_runs.FILE).read_text())["queues"]

    async def stranger(channel: Any) -> None:
        await channel.declare_queue(f"{run}-not-ours", durable=True)

    with_channel(stranger)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv(rabbitmq_names.VARIABLE, f"amqp://guest:guest@127.0.0.1:{free_port()}/")
        assert clean() == 1
        assert "stays: it was made on amqp://127.0.0.1:" in capsys.readouterr().out
    assert clean() == 0
    assert f"removed {folder}" in capsys.readouterr().out
    assert not any(exists(queue) for queue in queues)
    assert exists(f"{run}-not-ours")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "amqp://guest:guest@127.0.0.1:{free}/",
            "there is no RabbitMQ at amqp://127.0.0.1:{free}/: the connection was",
        ),
        ("amqp://guest:secret7@127.0.0.1:{port}/", "refuses user guest: wrong user or password"),
        ("amqp://guest:guest@127.0.0.1:{port}/nowhere", "has no virtual host nowhere for user guest"),
        ("amqps://guest:guest@127.0.0.1:{port}/", "no secure connection to RabbitMQ at amqps://127.0.0.1:{port}/"),
        ("http://127.0.0.1:{port}/", "says is not an address of RabbitMQ"),
        ("amqp://guest:secret7/word@127.0.0.1:{port}/", "says is not an address of RabbitMQ"),
        ("amqp://guest:guest@127.0.0.1:99999/", "says is not an address of RabbitMQ"),
    ],
)
def test_a_wrong_address_is_one_sentence_without_a_secret(
    url: str, says: str, begun: Begun, rabbitmq: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = free_port()
    monkeypatch.setenv(rabbitmq_names.VARIABLE, url.format(free=free, port=rabbitmq.port))
    session = begun(LISTENING)
    over(session)
    assert session.engine_state.phase == "failed"
    assert says.format(free=free, port=rabbitmq.port) in session.engine_state.message
    assert "secret7" not in session.engine_state.message
