"""The engines, once. A new one is a file beside these and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bus.contract.protocol import Engine
from bus.engines.kafka.engine import KafkaEngine
from bus.engines.pyee.engine import AsyncioEngine, PyeeEngine
from bus.engines.pyee.threads import ThreadsEngine
from bus.engines.rabbitmq.engine import RabbitEngine
from bus.engines.sqlite.engine import SqliteEngine

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
