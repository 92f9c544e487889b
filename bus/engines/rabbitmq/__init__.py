"""RabbitMQ: a topic exchange, and durable queues for each handler."""

from __future__ import annotations

from pathlib import Path

from bus.connections import BrokerKind
from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble

RABBITMQ = BrokerKind(
    id="rabbitmq",
    title="RabbitMQ",
    scheme="amqp",
    secure_scheme="amqps",
    port=5672,
    secure_port=5671,
    variable="BUSLENS_RABBITMQ_URL",
    password_variable="BUSLENS_RABBITMQ_PASSWORD",  # noqa: S106  # the name of a variable
    space="virtual host",
    default_space="/",
    default_user="guest",
)


def _make() -> Engine:
    from bus.engines.rabbitmq.engine import RabbitEngine

    return RabbitEngine()


def _newest_run(scenario: str) -> str:
    from bus.engines.rabbitmq import letters, names

    return letters.newest_run(names.address(), scenario)


def _check(url: str, timeout_s: float) -> str:
    from bus.engines.rabbitmq.check import reach

    return reach(url, timeout_s)


def _clean(folder: Path) -> None:
    from bus.engines.rabbitmq import runs

    runs.clean(folder)


SPEC = EngineSpec(
    "rabbitmq",
    "rabbitmq: a topic exchange and durable queues on a RabbitMQ server",
    make=_make,
    is_durable=True,
    troubles=frozenset({BrokerTrouble.UNREACHABLE}),  # what happens to a server happens to all who use it
    newest_run=_newest_run,
    broker=RABBITMQ,
    check=_check,
    clean=_clean,
)
