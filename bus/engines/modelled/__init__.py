"""Brokers as models, without a server, a thread or a file: their scenarios run in virtual time, and can be explored."""

from __future__ import annotations

from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec


def _rabbitmq() -> Engine:
    from bus.engines.modelled.rabbitmq import ModelledRabbit

    return ModelledRabbit()


RABBITMQ = EngineSpec(
    "rabbitmq-model",
    "rabbitmq-model: what RabbitMQ does, without a server, in virtual time",
    make=_rabbitmq,
    is_durable=True,
    models="rabbitmq",
)

SPECS = (RABBITMQ,)
"""All of them."""
