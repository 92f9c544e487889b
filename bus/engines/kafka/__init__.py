"""Apache Kafka: a topic for each event of a run, a consumer group for each handler."""

from __future__ import annotations

from pathlib import Path

from bus.connections import BrokerKind
from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec

KAFKA = BrokerKind(
    id="kafka",
    title="Kafka",
    scheme="kafka",
    secure_scheme="kafkas",
    port=9092,
    secure_port=9093,
    variable="BUSLENS_KAFKA_URL",
    password_variable="BUSLENS_KAFKA_PASSWORD",  # noqa: S106  # the name of a variable
)


def _make() -> Engine:
    from bus.engines.kafka.engine import KafkaEngine

    return KafkaEngine()


def _newest_run(scenario: str) -> str:
    from bus.engines.kafka import letters, names

    return letters.newest_run(names.address(), scenario)


def _check(url: str, timeout_s: float) -> str:
    from bus.engines.kafka.admin import Admin

    return Admin(url).reach(timeout_s)


def _clean(folder: Path) -> None:
    from bus.engines.kafka import runs

    runs.clean(folder)


SPEC = EngineSpec(
    "kafka",
    "kafka: a topic for each event, a consumer group for each handler, on a Kafka server",
    make=_make,
    is_durable=True,
    newest_run=_newest_run,
    broker=KAFKA,
    check=_check,
    clean=_clean,
)
