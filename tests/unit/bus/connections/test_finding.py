"""Who says where a broker is, and that no password gets where it can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bus import connections
from bus.brokers import KINDS
from bus.connections import Connection, ConnectionOrigin, file, secrets
from bus.engines.kafka import KAFKA
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from bus.workers.celery import REDIS
from tests.helpers.ring import Ring

SECRET = "open sesame/@:%"  # what an address must not be confused by


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "path", lambda: tmp_path / "connections.json")
    for kind in KINDS.values():
        monkeypatch.delenv(kind.variable, raising=False)
        monkeypatch.delenv(kind.password_variable, raising=False)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr(secrets, "_keyring", lambda: ring)
    return ring


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (RABBITMQ, "amqp://guest:guest@127.0.0.1:5672/"),
        (KAFKA, "kafka://127.0.0.1:9092/"),
    ],
)
def test_it_is_on_loopback_where_nobody_says_otherwise(kind: Any, url: str) -> None:
    found = connections.found(kind)
    assert (found.url, found.origin) == (url, ConnectionOrigin.DEFAULT)


def test_where_nothing_is_said_it_may_be_the_broker_of_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery's calls go to the RabbitMQ of the engine, and whoever asks where they go is told so."""
    found = connections.found(REDIS)
    assert (found.kind, found.url, found.origin) == (RABBITMQ, connections.address(RABBITMQ), ConnectionOrigin.DEFAULT)
    file.write({"rabbitmq": Connection("set.example")})
    assert connections.address(REDIS) == "amqp://guest:guest@set.example:5672/"
    assert connections.found(REDIS).origin is ConnectionOrigin.SETTINGS
    file.write({"rabbitmq": Connection("set.example"), REDIS.id: Connection(space="3")})
    assert connections.address(REDIS) == "redis://127.0.0.1:6379/3"
    monkeypatch.setenv(REDIS.variable, "redis://said.example/1")
    assert connections.address(REDIS) == "redis://said.example/1"


def test_the_environment_wins_over_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    file.write({"kafka": Connection("set.example")})
    assert connections.address(KAFKA) == "kafka://set.example:9092/"
    monkeypatch.setenv(KAFKA.variable, "kafka://said.example:1/")
    found = connections.found(KAFKA)
    assert (found.url, found.origin) == ("kafka://said.example:1/", ConnectionOrigin.ENVIRONMENT)


def test_what_is_set_becomes_an_address_and_parts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RABBITMQ.password_variable, SECRET)
    connection = Connection("broker.example", 5999, "a/b c", "me@home", tls=True, ca_file="/etc/my ca.pem")
    file.write({"rabbitmq": connection})
    url = connections.address(RABBITMQ)
    assert url.startswith("amqps://me%40home:open%20sesame")
    assert connections.parts(RABBITMQ) == (connection, SECRET)


def test_a_password_is_in_the_keyring_and_in_no_file(ring: Ring) -> None:
    connection = Connection("broker.example", user="me", in_keyring=True)
    secrets.keep(RABBITMQ, connection, SECRET)
    file.write({"rabbitmq": connection})
    assert connections.parts(RABBITMQ)[1] == SECRET
    assert "sesame" not in file.path().read_text()
    assert file.path().stat().st_mode & 0o077 == 0
    assert "sesame" not in repr(connections.found(RABBITMQ)) + connection.place(RABBITMQ) + repr(connection)


@pytest.mark.parametrize(
    "other",
    [
        Connection("other.example", user="me", in_keyring=True),
        Connection("broker.example", user="you", in_keyring=True),
        Connection("broker.example", port=1, user="me", in_keyring=True),
        Connection("broker.example", user="me", in_keyring=True, tls=True),
    ],
)
def test_a_password_is_for_one_place_only(other: Connection, ring: Ring) -> None:
    secrets.keep(RABBITMQ, Connection("broker.example", user="me"), SECRET)
    file.write({"rabbitmq": other})
    with pytest.raises(UserError, match=r"no password for .*BUSLENS_RABBITMQ_PASSWORD"):
        connections.address(RABBITMQ)


def test_without_a_keyring_the_environment_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError("keyring")

    monkeypatch.setattr(secrets, "_keyring", missing)
    assert "not installed" in secrets.why_no_keyring()
    with pytest.raises(UserError, match="set BUSLENS_KAFKA_PASSWORD instead") as said:
        secrets.keep(KAFKA, Connection(user="me"), SECRET)
    assert "sesame" not in str(said.value)
    secrets.forget(KAFKA, Connection(user="me"))
    monkeypatch.setenv(KAFKA.password_variable, SECRET)
    assert secrets.password(KAFKA, Connection(user="me", in_keyring=True)) == SECRET


def test_a_keyring_that_does_nothing_is_said(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets.why_no_keyring() == ""
    monkeypatch.setattr(Ring, "priority", 0)
    assert "no keyring" in secrets.why_no_keyring()


def test_a_locked_keyring_is_one_sentence(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: str) -> str:
        raise RuntimeError("prompt dismissed")

    monkeypatch.setattr(Ring, "get_password", locked)
    with pytest.raises(UserError, match="cannot be read from the system keyring"):
        secrets.password(RABBITMQ, Connection(user="me", in_keyring=True))


def test_a_forgotten_password_is_gone(ring: Ring) -> None:
    connection = Connection(user="me")
    secrets.keep(REDIS, connection, SECRET)
    secrets.forget(REDIS, connection)
    secrets.forget(REDIS, connection)
    assert ring.kept == {}


@pytest.mark.parametrize("damage", ["{", "[]", "7", '{"kafka": 7}', '{"kafka": {"port": "x"}}', " " * 70_000])
def test_a_damaged_file_is_said_and_never_another_broker_used(damage: str) -> None:
    file.path().write_text(damage)
    with pytest.raises(UserError, match=r"connections\.json cannot be read"):
        connections.address(KAFKA)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (KAFKA, Connection("")),
        (KAFKA, Connection("a b")),
        (KAFKA, Connection("a/b")),
        (KAFKA, Connection("me@host")),
        (KAFKA, Connection("a", port=70_000)),
        (KAFKA, Connection("a", user="a\nb")),
        (REDIS, Connection("a", space="x")),
        (REDIS, Connection("a", ca_file="x" * 2000)),
    ],
)
def test_what_can_be_no_address_is_refused(kind: Any, wrong: Connection) -> None:
    file.write({kind.id: wrong})
    with pytest.raises(UserError):
        connections.address(kind)


@pytest.mark.parametrize("url", ["nothing", "http://a/", "amqp://a:b@h:0/", "amqp://u:sesame@h:port/", "amqp:///"])
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UserError, match="is not an address of RabbitMQ") as said:
        connections.parsed(RABBITMQ, url)
    assert "sesame" not in str(said.value)


def test_addresses_of_version_6_and_tls_of_redis() -> None:
    assert Connection("::1").url(KAFKA) == "kafka://[::1]:9092/"
    assert connections.parsed(KAFKA, "kafka://[::1]:9092/") == (Connection("::1", 9092), "")
    secure = Connection("r.example", space="3", tls=True, ca_file="/ca").url(REDIS, "word")
    assert secure == "rediss://:word@r.example:6379/3?ssl_ca_certs=%2Fca&ssl_cert_reqs=required"
