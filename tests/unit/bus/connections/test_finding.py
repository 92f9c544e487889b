"""Who says where a broker is, and that no password gets where it can be read."""

from __future__ import annotations

from typing import Any

import pytest

from bus import connections
from bus.connections import Connection, ConnectionOrigin, file
from bus.engines.kafka import KAFKA
from bus.engines.rabbitmq import RABBITMQ
from bus.workers.celery_broker import REDIS

SECRET = "open sesame/@:%"  # what an address must not be confused by


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
