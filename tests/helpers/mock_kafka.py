"""A Kafka inside of librdkafka, for tests of other clients: one broker in memory, on a port that the system chooses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka import Producer

from tests.helpers.patience import PATIENCE_S


@contextmanager
def mock_kafka() -> Iterator[str]:
    """The address of a cluster that lives as long as the context."""
    owner = Producer({"bootstrap.servers": "127.0.0.1:1", "test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = owner.list_topics(timeout=PATIENCE_S).brokers.values()
    yield f"127.0.0.1:{broker.port}"
    del owner
