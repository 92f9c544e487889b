"""What is kept of a connection when it is set, changed and forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.connections import Connection, file, keeping, secrets
from bus.engines.kafka import KAFKA
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from tests.helpers.ring import Ring

PLACE = Connection("broker.example", user="me")


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr(secrets, "_keyring", lambda: ring)
    return ring


def test_a_password_stays_while_its_place_does(ring: Ring) -> None:
    assert keeping.keep(RABBITMQ, PLACE, "word").in_keyring
    assert keeping.keep(RABBITMQ, PLACE, "").in_keyring
    assert list(ring.kept.values()) == ["word"]
    assert not keeping.keep(RABBITMQ, Connection("other.example", user="me"), "").in_keyring
    assert ring.kept == {}


def test_a_new_password_replaces_the_old_one(ring: Ring) -> None:
    keeping.keep(RABBITMQ, PLACE, "word")
    keeping.keep(RABBITMQ, PLACE, "other")
    keeping.keep(RABBITMQ, Connection("other.example", user="me"), "third")
    assert list(ring.kept.values()) == ["third"]


def test_brokers_are_kept_beside_each_other_and_forgotten_alone(ring: Ring) -> None:
    keeping.keep(RABBITMQ, PLACE, "word")
    keeping.keep(KAFKA, PLACE, "")
    keeping.forget(RABBITMQ)
    keeping.forget(RABBITMQ)
    assert (list(file.read()), ring.kept) == (["kafka"], {})


def test_what_is_wrong_or_cannot_be_kept_changes_nothing(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="is not a valid host"):
        keeping.keep(KAFKA, Connection("a b"), "word")
    monkeypatch.setattr(Ring, "priority", 0)
    with pytest.raises(UserError, match="no keyring"):
        keeping.keep(KAFKA, PLACE, "word")
    assert not file.path().exists()
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(file, "path", lambda: blocked / "connections.json")
    with pytest.raises(UserError, match="cannot be"):
        keeping.keep(KAFKA, PLACE, "")
