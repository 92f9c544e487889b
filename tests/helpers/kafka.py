"""What is on a Kafka server, asked with the bare client library, and servers for tests."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from bus.engines.kafka import names as kafka_names
from bus.engines.kafka import runs as kafka_runs
from tests.helpers.patience import PATIENCE_S

BROKERS = Path(__file__).resolve().parents[2] / "packaging" / "brokers"
PASSWORD = "a secret7 word"


def server_module() -> ModuleType:
    """packaging/brokers/kafka.py, which belongs to no package."""
    sys.path.insert(0, str(BROKERS))
    try:
        return importlib.import_module("kafka")
    finally:
        sys.path.remove(str(BROKERS))


CACHE = server_module().cache_of(os.environ)
"""The machine's: read before any test gets folders of its own."""


def on_this_machine(kind: Any) -> Any:
    """A server whose parts are where `python3 dev.py brokers up` keeps them."""

    class Here(kind):  # type: ignore[misc]
        cache = CACHE

    return Here


def with_password(kind: Any) -> Any:
    """A server that also listens two ports further, for user `me` alone."""

    class Both(kind):  # type: ignore[misc]
        def properties(self) -> dict[str, str]:
            said: dict[str, str] = super().properties()
            login = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_me="{PASSWORD}";'
            return said | {
                "listeners": f"{said['listeners']},SASL_PLAINTEXT://127.0.0.1:{self.port + 2}",
                "listener.security.protocol.map": (
                    "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT"
                ),
                "sasl.enabled.mechanisms": "PLAIN",
                "group.min.session.timeout.ms": "1000",  # nobody waits for a killed member longer than it takes
                "listener.name.sasl_plaintext.plain.sasl.jaas.config": login,
            }

    return Both


def settings() -> dict[str, Any]:
    return kafka_names.settings(kafka_names.address())


def topics_and_groups(run: str) -> tuple[set[str], set[str]]:
    """Those that begin with a run's name."""
    from confluent_kafka.admin import AdminClient

    admin = AdminClient(settings())
    groups = admin.list_consumer_groups(request_timeout=60).result().valid
    return (
        {name for name in admin.list_topics(timeout=60).topics if name.startswith(run)},
        {group.group_id for group in groups if group.group_id.startswith(run)},
    )


def read_topic(topic: str, most: int | None = None, group: str = "bare") -> list[Any]:
    """Messages from the beginning of a topic to its end now, by a consumer that commits nothing."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({**settings(), "group.id": group, "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    _, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=60)
    found: list[Any] = []
    limit = time.monotonic() + PATIENCE_S
    while len(found) < (high if most is None else most):
        assert time.monotonic() < limit
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append(message)
    consumer.close()
    return found


def bodies_left(folder: Path) -> list[str]:
    """Bodies of all events of a killed run."""
    topics = json.loads((folder / kafka_runs.FILE).read_text())["topics"]
    return [message.value().decode() for topic in topics for message in read_topic(topic)]
