"""What a person is told about a broker before a run, by real servers."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.brokers import KINDS, reach, reach_as
from bus.connections import Connection, file
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from bus.workers.celery_broker import REDIS
from tests.helpers.patience import PATIENCE_S
from tests.helpers.ports import free_port
from tests.helpers.program import Program
from tests.helpers.rabbit import servers

WORD = "sesame7"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS.values():
        monkeypatch.delenv(kind.variable, raising=False)
        monkeypatch.delenv(kind.password_variable, raising=False)


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    kind = servers().Redis
    if not kind.program():
        pytest.skip("Redis is not installed: python3 dev.py brokers up")
    server = kind(tmp_path_factory.mktemp("redis"), free_port())
    server.up()
    client = ("redis-cli", "-p", str(server.port), "config", "set", "requirepass", WORD)
    subprocess.run(client, check=True, capture_output=True)
    yield server.port
    server.kill()


def test_a_rabbitmq_is_reached_with_its_version(rabbitmq: Any) -> None:
    said = reach_as(RABBITMQ, Connection(port=rabbitmq.port), "")
    assert said.startswith("reached: RabbitMQ 3.")
    assert said.endswith(" ms")


@pytest.mark.parametrize(
    ("changed", "typed", "says"),
    [
        ({"user": "guest"}, WORD, "refuses user guest: wrong user or password"),
        ({"space": "nowhere"}, "", "has no virtual host nowhere for user guest"),
        ({"tls": True}, "", "speaks no TLS"),
        ({"tls": True, "ca_file": "/no/such.pem"}, "", "there is no file /no/such.pem"),
        ({"host": "no.such.host.invalid"}, "", "RabbitMQ at amqp://no.such.host.invalid:"),
        ({"host": "a b"}, "", "'a b' is not a valid host"),
    ],
)
def test_what_is_wrong_with_a_rabbitmq_is_one_sentence(
    changed: dict[str, Any], typed: str, says: str, rabbitmq: Any
) -> None:
    with pytest.raises(UserError) as said:
        reach_as(RABBITMQ, Connection(**{"port": rabbitmq.port, **changed}), typed)
    assert says in str(said.value)
    assert WORD not in str(said.value)
    assert "\n" not in str(said.value)


def test_a_redis_is_reached_with_its_password_alone(redis_port: int) -> None:
    assert reach_as(REDIS, Connection(port=redis_port), WORD).startswith("reached: Redis ")
    for typed, space, says in (
        ("", "", "refuses user or password"),
        ("no" + WORD, "", "refuses user or password"),
        (WORD, "99", "no such database"),
    ):
        with pytest.raises(UserError, match=says) as said:
            reach_as(REDIS, Connection(port=redis_port, space=space), typed)
        assert WORD not in str(said.value)


@pytest.mark.parametrize("kind", [RABBITMQ, REDIS])
def test_nobody_there_and_nobody_who_speaks(kind: Any) -> None:
    with pytest.raises(UserError, match=r"the connection was refused \(start one on this machine, or "):
        reach_as(kind, Connection(port=free_port()), "")
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UserError, match="does not answer"):
        reach_as(kind, Connection(port=silent.getsockname()[1]), "", timeout_s=0.3)


def test_celery_may_be_told_a_rabbitmq(rabbitmq: Any) -> None:
    assert reach(REDIS, rabbitmq.url).startswith("reached: RabbitMQ")


def test_the_command_line_lists_and_tests_them(tmp_path: Path, rabbitmq: Any) -> None:
    program = Program(tmp_path)
    said = {RABBITMQ.variable: rabbitmq.url, REDIS.variable: f"redis://:{WORD}@127.0.0.1:{free_port()}/3"}
    listed = program("connections", **said)
    assert listed.code == 0
    assert f"amqp://127.0.0.1:{rabbitmq.port}/, user guest, as BUSLENS_RABBITMQ_URL says" in listed.out
    assert "kafka://127.0.0.1:9092/, by default" in listed.out
    tested = program("connections", "--test", **said)
    assert tested.code == 1
    assert "reached: RabbitMQ" in tested.out
    assert "there is no Redis at" in tested.out
    assert WORD not in listed.out + tested.out + tested.err


def test_an_engine_uses_what_is_set(rabbitmq: Any, tmp_path: Path) -> None:
    file.write({"rabbitmq": Connection(port=rabbitmq.port)})
    scenario = tmp_path / "a.yaml"
    scenario.write_text("buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]\n")
    from bus.session import Session
    from bus.settings import Settings

    session = Session(Settings(), trusted=bool)
    session.open_scenario(scenario)
    session.start(engine="rabbitmq", speed=1.0)
    assert session.wait(PATIENCE_S)
    assert (session.engine_state.phase, len(session.trace.calls)) == ("finished", 1)
    session.close()
