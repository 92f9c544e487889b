"""SQLite as a broker: a log in a file, durable without a server."""

from __future__ import annotations

from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble


def _make() -> Engine:
    from bus.engines.sqlite.engine import SqliteEngine

    return SqliteEngine()


SPEC = EngineSpec(
    "sqlite",
    "sqlite: a durable log in a file, handlers consume it at their own pace",
    make=_make,
    is_durable=True,
    troubles=frozenset({BrokerTrouble.FULL}),  # a file has no connection that could break
)
