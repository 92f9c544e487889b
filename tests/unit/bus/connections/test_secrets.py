"""Passwords come from the environment or the keyring, for one place each, and get nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from bus import connections
from bus.connections import Connection, file, secrets
from bus.engines.kafka import KAFKA
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from bus.workers.celery_broker import REDIS
from tests.helpers.ring import Ring

SECRET = "open sesame/@:%"  # what an address must not be confused by


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
