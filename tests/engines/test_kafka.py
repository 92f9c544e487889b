"""Kafka for real: killed, paused and started again, beside bare clients, with hostile messages in its topics."""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bus.analysis import ledger
from bus.analysis.delivery_history import anatomy_of
from bus.contract.delivery import Confirmed, Message, News, Refused
from bus.contract.peer_messages import OWNER
from bus.engines.kafka import names as kafka_names
from bus.engines.kafka import runs as kafka_runs
from bus.engines.kafka.admin import Admin
from bus.engines.kafka.publishing import Publisher
from bus.engines.kafka.pulse import Pulse
from bus.runs import sqlite_runs
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from buslens.records import Kind, Outcome
from tests.helpers.kafka import PASSWORD, read_topic, settings, topics_and_groups
from tests.helpers.killing import killed_after
from tests.helpers.live import over, until
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.ports import free_port
from tests.helpers.rabbit import Begun, begun_on, run_name
from tests.helpers.told import logged, told

STEADY = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 1ms}]}, g: {on: a}}
script: [{emit: a, with: $count, every: 4ms, times: 1000}]
"""
LISTENING = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, attempts: 2}}\nscript: [{wait: 1ms}]\n"
ENDLESS = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 10min}]}}
script: [{emit: a, with: $count, every: 1ms, times: 1000000}]
"""

pytestmark = pytest.mark.usefixtures("kafka")


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    yield from begun_on("kafka", tmp_path)


def send(topic: str, *values: bytes | None, **config: Any) -> None:
    from confluent_kafka import Producer

    producer = Producer({**settings(), **config})
    for value in values:
        producer.produce(topic, value, headers=[("ce_id", b"x" * 100_000), ("n", None), ("\u00e9", b"\xff")])
    assert producer.flush(PATIENCE_S) == 0


def assert_every_event_was_handled(trace: Trace, count: int, handlers: int) -> None:
    good = trace.calls.outcome == Outcome.OK
    times = Counter(zip(trace.calls.dispatch[good].tolist(), trace.calls.handler[good].tolist(), strict=True))
    handled = Counter(trace.payload(int(trace.dispatches.row_of(dispatch))).value for dispatch, _ in times)
    assert handled == dict.fromkeys(range(1, count + 1), handlers)
    assert max(times.values()) <= 2, "at most what was not acknowledged is handled twice"
    found = ledger.of_trace(trace)
    assert (found.emitted, found.handled + found.retried) == (count, count)


@pytest.mark.parametrize("how", ["kill", "down"])
def test_a_broker_that_goes_away_and_comes_back_loses_nothing(how: str, begun: Begun, kafka: Any) -> None:
    session = begun(STEADY, speed=1.0)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) >= 200)
    getattr(kafka, how)()
    until(session, lambda: any("is gone" in mark for mark in logged(session.trace)))
    kafka.up()
    over(session)
    assert_every_event_was_handled(session.trace, 1000, 2)
    assert "kafka can be reached again" in logged(session.trace)


def test_a_broker_that_is_paused_for_a_while_loses_nothing(begun: Begun, kafka: Any) -> None:
    session = begun(STEADY, speed=1.0)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) >= 200)
    kafka.pause()
    until(session, lambda: len(session.trace.dispatches) >= 700)
    kafka.go_on()
    over(session)
    assert_every_event_was_handled(session.trace, 1000, 2)


def test_a_run_whose_broker_hangs_can_be_closed(begun: Begun, kafka: Any) -> None:
    session = begun(STEADY, speed=1.0)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) >= 20)
    kafka.pause()
    try:
        session.close()
    finally:
        kafka.go_on()
    # Whoever closes does not wait until clients that nobody answers have given up.
    wait_until(lambda: bool(sqlite_runs.left_behind()), lambda: "the run's folder was not left")
    (left,) = sqlite_runs.left_behind()
    kafka_runs.clean(left)
    assert topics_and_groups(left.name) == (set(), set())
    assert sqlite_runs.remove(left)


def test_bare_clients_send_to_us_and_hear_us(begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", {"n": 1})
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)
    send(f"{run}.a", b'{"from": "outside"}', None)
    session.emit("a", {"n": 2})
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 4)
    assert (session.trace.calls.outcome == Outcome.OK).sum() == 4
    heard = read_topic(f"{run}.a", most=4, group=f"{run}.bare")
    assert [message.value() for message in heard] == [b'{"n": 1}', b'{"from": "outside"}', None, b'{"n": 2}']
    headers = dict(heard[0].headers())
    assert headers["ce_type"] == b"a"
    assert headers["ce_id"].decode().startswith(run)
    assert headers["traceparent"].startswith(b"00-")
    steps = anatomy_of(session.trace, int(session.trace.dispatches.id[0]))
    assert "partition 0, offset 0" in str(steps)


def test_hostile_messages_become_dead_letters_and_harm_nothing(begun: Begun) -> None:
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)
    larger = ConfigEntry("max.message.bytes", "60000000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, f"{run}.a", incremental_configs=[larger])
    admin = AdminClient(settings())  # its answers come while it is there
    for changed in admin.incremental_alter_configs([resource]).values():
        changed.result(PATIENCE_S)
    bodies = (b"no json", b"[" * 100_000, b"\xff\xfe", b'"' + b"x" * 50_000_000 + b'"')
    send(f"{run}.a", *bodies, **{"message.max.bytes": 60_000_000})
    until(session, lambda: told(session.trace, Kind.DEAD_LETTERED) == 4)
    session.emit("a", 2)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 2)
    dead = read_topic(f"{run}.dead", most=4, group=f"{run}.bare")
    headers = dict(dead[0].headers())
    assert headers["ce_deadreason"].startswith(b"UnreadableBodyError: a message that is not JSON")
    assert headers["ce_deadplace"].endswith(b"partition 0, offset 1")
    assert len(dead[3].value() or b"") == 0


def test_order_and_attempts_survive_the_death_of_a_consumer(begun: Begun) -> None:
    session = begun(
        "buslens: 1\nevents: {a: {}}\n"
        "handlers: {h: {on: a, attempts: 5, do: [{fail: {if: event.payload == 3 && count < 5}},"
        " {crash: {if: event.payload == 5 && count < 9}}]}}\n"
        "script: [{emit: a, with: $count, times: 8}]\n"
    )
    over(session)
    trace = session.trace
    rows = trace.dispatches.rows_of(trace.calls.dispatch)
    order = [trace.payload(int(row)).value for row in rows]
    assert sorted(set(order)) == list(range(1, 9))
    assert order == sorted(order)
    assert Counter(order) == {1: 1, 2: 1, 3: 3, 4: 1, 5: 3, 6: 1, 7: 1, 8: 1}  # as `count` of all calls says
    assert "rebalance: h is given a/0" in logged(trace)


def test_a_finished_run_leaves_nothing_on_the_broker(begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    run = run_name(session)
    topics, groups = topics_and_groups(run)
    assert f"{run}.a" in topics
    assert groups == {f"{run}.h"}
    session.close()
    assert topics_and_groups(run) == (set(), set())
    assert topics_and_groups("buslens.") == (set(), set()), "a probe leaves nothing either"
    assert sqlite_runs.left_behind() == []


def test_what_a_killed_run_left_is_removed_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.cli_clean import clean

    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    killed_after(20, "run", path, "kafka")
    (folder,) = sqlite_runs.left_behind()
    run = folder.name
    send(f"{run}-not-ours", b"1")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv(kafka_names.VARIABLE, f"kafka://127.0.0.1:{free_port()}/")
        assert clean() == 1
        assert "stays: it was made on kafka://127.0.0.1:" in capsys.readouterr().out
    assert clean() == 0
    assert f"removed {folder}" in capsys.readouterr().out
    assert topics_and_groups(run) == ({f"{run}-not-ours"}, set())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("kafka://127.0.0.1:{free}/", "there is no Kafka at kafka://127.0.0.1:{free}/: the connection was refused"),
        ("kafka://me:secret7@127.0.0.1:{safe}/", "Kafka at kafka://127.0.0.1:{safe}/ refuses user me: wrong user or"),
        ("kafka://me:secret7@127.0.0.1:{safe}/?sasl=SCRAM-SHA-256", "knows no such way to prove a user"),
        ("kafka://127.0.0.1:{safe}/", "Kafka at kafka://127.0.0.1:{safe}/ does not answer"),
        ("kafkas://127.0.0.1:{port}/", "Kafka at kafkas://127.0.0.1:{port}/ speaks no TLS"),
        ("kafka://no.such.host.invalid/", "nobody knows that host"),
        ("http://127.0.0.1:{port}/", "says is not an address of Kafka"),
        ("kafka://127.0.0.1:{port}/?partitions=no", "is not a valid number of partitions"),
    ],
)
def test_a_wrong_address_is_one_sentence_without_a_secret(
    url: str, says: str, begun: Begun, kafka: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = free_port()
    monkeypatch.setenv(kafka_names.VARIABLE, url.format(free=free, port=kafka.port, safe=kafka.port + 2))
    session = begun(LISTENING)
    over(session)
    assert session.engine_state.phase == "failed"
    assert says.format(free=free, port=kafka.port, safe=kafka.port + 2) in session.engine_state.message
    assert "secret7" not in session.engine_state.message


def test_a_user_with_the_right_password_is_let_in(begun: Begun, kafka: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kafka_names.VARIABLE, f"kafka://me:{quote(PASSWORD)}@127.0.0.1:{kafka.port + 2}/")
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)


def test_a_run_that_is_stopped_while_it_connects_leaves_no_thread_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv(kafka_names.VARIABLE, f"kafka://127.0.0.1:{silent.getsockname()[1]}/")
        path = tmp_path / "s.yaml"
        path.write_text("buslens: 1\nevents: {a: {}}\nscript: [{emit: a}]")
        session = Session(Settings(), trusted=bool)
        session.open_scenario(path)
        session.start(engine="kafka", speed=1.0)
        until(session, lambda: "engine kafka" in names_of_threads())
        session.close()
        until(session, lambda: not any(name.startswith("engine") for name in names_of_threads()))


def names_of_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_what_a_client_does_not_send_is_sent_by_another_one_in_the_same_order(kafka: Any) -> None:
    url, run = kafka_names.address(), "buslens-renewed"
    topic = kafka_names.topic_name(run, "a")
    Admin(url).make_topic(topic, 1)
    told: list[News] = []
    written: list[bytes] = []
    publisher = Publisher(url, run, told.extend, lambda error: None)
    kafka.pause()
    for number in range(50):
        publisher.publish(Message(number, "a", {}, str(number).encode()))
        publisher.write(topic, f"letter {number}".encode(), partial(written.append, b"%d" % number))
    publisher.renew()
    publisher.renew()
    kafka.go_on()
    assert publisher.flush(PATIENCE_S)
    publisher.end(1.0)
    assert [one.message.dispatch for one in told if isinstance(one, Confirmed)] == list(range(50))
    assert not any(isinstance(one, Refused) for one in told)
    assert written == [b"%d" % number for number in range(50)]
    came = list(dict.fromkeys(message.value().decode() for message in read_topic(topic)))
    assert came == [text for number in range(50) for text in (str(number), f"letter {number}")]
    Admin(url).remove([topic], [])


def test_nothing_that_a_run_sends_waits_for_its_clients_look_at_all_topics_once_a_second(
    begun: Begun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = kafka_names.settings
    loud = {"debug": "topic", "log_level": 7, "logger": logging.getLogger("librdkafka")}
    monkeypatch.setattr(kafka_names, "settings", lambda url: {**quiet(url), **loud})
    caplog.set_level(logging.DEBUG, "librdkafka")
    session = begun(
        "buslens: 1\nevents: {a: {}, b: {}}\n"
        "handlers: {h: {on: a, attempts: 1, do: [{emit: b}, {fail: {error: TooHot}}]}}\nscript: [{wait: 1ms}]"
    )
    session.emit("a", 1)
    topics = {f"{run_name(session)}.{which}" for which in ("a", "b", "dead")}
    # A client says of each topic, when it hears of it, how many messages have waited for that.
    line = re.compile(r"Partitioning (\d+) unassigned messages in topic (\S+) to 1 partitions")

    def waited() -> dict[str, str]:
        heard = [found for message in caplog.messages if (found := line.search(message)) and found[2] in topics]
        return {found[2]: found[1] for found in heard}

    until(session, lambda: set(waited()) == topics)
    assert waited() == dict.fromkeys(topics, "0")


class Dead(Pulse):
    """Of a client that has had no connection for long, until another one takes its place."""

    def __init__(self) -> None:
        self.time = 0.0
        super().__init__(lambda: self.time)
        self.time = 1_000.0


@pytest.mark.parametrize("which", ["reads letters", "listens for h"])
def test_a_client_that_is_dead_is_replaced_while_others_are_answered(which: str, begun: Begun) -> None:
    session = begun(LISTENING)
    session.emit("a", 1)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 1)
    client = client_of(session)
    dead: Any = client.mail if which == "reads letters" else client._members["h"]
    dead.pulse = Dead()
    until(session, lambda: any(f"the client that {which} had no connection" in mark for mark in logged(session.trace)))
    session.emit("a", 2)
    until(session, lambda: told(session.trace, Kind.ACKNOWLEDGED) == 2)
    until(session, lambda: dead.pulse.silent_s == 0)
    client.mail.write(OWNER, b"{}\n")  # it is not a letter, and is heard
    until(session, lambda: any("cannot be read" in mark for mark in logged(session.trace)))
    over(session)


def client_of(session: Session) -> Any:
    """The run's, which no verb of a session gives away."""
    runner = session._runner
    assert runner is not None
    engine: Any = runner._stage.engine
    return engine.broker._client
