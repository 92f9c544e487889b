"""Brokers as models, without a server, a thread or a file: their scenarios run in virtual time, and can be explored."""

from __future__ import annotations

from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble


def _sqlite() -> Engine:
    from bus.engines.modelled.sqlite import ModelledSqlite

    return ModelledSqlite()


def _rabbitmq() -> Engine:
    from bus.engines.modelled.rabbitmq import ModelledRabbit

    return ModelledRabbit()


def _kafka() -> Engine:
    from bus.engines.modelled.kafka import ModelledKafka

    return ModelledKafka()


SQLITE = EngineSpec(
    "sqlite-model",
    "sqlite-model: what sqlite does, without a file, in virtual time",
    make=_sqlite,
    is_durable=True,
    troubles=frozenset({BrokerTrouble.FULL}),  # a file has no connection that could break
    models="sqlite",
)
RABBITMQ = EngineSpec(
    "rabbitmq-model",
    "rabbitmq-model: what RabbitMQ does, without a server, in virtual time",
    make=_rabbitmq,
    is_durable=True,
    troubles=frozenset(BrokerTrouble),
    models="rabbitmq",
)
KAFKA = EngineSpec(
    "kafka-model",
    "kafka-model: what Kafka does, without a server, in virtual time",
    make=_kafka,
    is_durable=True,
    troubles=frozenset(BrokerTrouble),
    models="kafka",
)
SPECS = (SQLITE, RABBITMQ, KAFKA)
"""All of them."""
