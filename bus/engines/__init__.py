"""The engines, once. A new one is a file beside these and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bus.engines.kafka import KafkaEngine
from bus.engines.protocol import Engine
from bus.engines.pyee import AsyncioEngine, PyeeEngine
from bus.engines.pyee_threads import ThreadsEngine
from bus.engines.rabbitmq import RabbitEngine
from bus.engines.sqlite import SqliteEngine

Makers = Mapping[str, Callable[[], Engine]]
"""By id: what makes such an engine."""

ENGINES: dict[str, type[Engine]] = {
    PyeeEngine.id: PyeeEngine,
    AsyncioEngine.id: AsyncioEngine,
    ThreadsEngine.id: ThreadsEngine,
    SqliteEngine.id: SqliteEngine,
    RabbitEngine.id: RabbitEngine,
    KafkaEngine.id: KafkaEngine,
}
