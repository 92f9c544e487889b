"""Celery's calls go to a Redis or to the RabbitMQ of the engine, and an address says to which."""

from __future__ import annotations

import pytest

from bus import connections
from bus.engines.rabbitmq import RABBITMQ
from bus.workers.celery_broker import REDIS


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://localhost", REDIS),
        ("rediss://localhost:6380/2", REDIS),
        ("amqp://localhost", RABBITMQ),
        ("amqps://localhost", RABBITMQ),
    ],
)
def test_an_address_says_which_broker_it_is_of(url: str, kind: connections.BrokerKind) -> None:
    assert connections.meant(REDIS, url) is kind


def test_where_nothing_is_set_it_is_the_rabbitmq_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REDIS.variable, raising=False)
    monkeypatch.setenv(RABBITMQ.variable, "amqp://elsewhere:5673")
    assert connections.address(REDIS) == "amqp://elsewhere:5673"
