"""What is on a RabbitMQ server, asked with the bare client library, and servers for tests."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import aio_pika

from bus.analysis.delivery_history import anatomy_of
from bus.engines.rabbitmq import names as rabbitmq_names
from bus.engines.rabbitmq import runs as rabbitmq_runs
from bus.session import Session
from buslens.records import Kind
from tests.helpers.live import Live, until
from tests.helpers.told import told

Begun = Callable[..., Session]
"""A run that has begun: of a scenario's text, at a speed, with makers of engines."""

SERVERS = Path(__file__).resolve().parents[2] / "packaging" / "brokers" / "servers.py"


def servers() -> ModuleType:
    """packaging/brokers/servers.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("buslens_test_servers", SERVERS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_channel(do: Callable[[Any], Awaitable[Any]]) -> Any:
    """Do something on a channel of the bare client."""

    async def connected() -> Any:
        connection = await aio_pika.connect(rabbitmq_names.address(), timeout=60)
        async with connection:
            return await do(await connection.channel())

    return asyncio.run(connected())


def waiting_in_queues(folder: Path) -> list[str]:
    """Bodies of all messages that wait in the queues of a killed run."""
    queues = json.loads((folder / rabbitmq_runs.FILE).read_text())["queues"]

    async def read(channel: Any) -> list[str]:
        found = []
        for name in queues:
            queue = await channel.declare_queue(name, passive=True)
            while (message := await queue.get(fail=False)) is not None:
                found.append(message.body.decode())
        return found

    said: list[str] = with_channel(read)
    return said


def begun_on(engine: str, folder: Path) -> Iterator[Begun]:
    """Begins runs of texts on an engine, and closes them in the end."""
    live = Live(folder)
    yield partial(live.begun, engine=engine)
    live.close()


def run_name(session: Session) -> str:
    """The names on the broker begin with it."""
    until(session, lambda: told(session.trace, Kind.CONFIRMED) > 0)
    headers = dict(anatomy_of(session.trace, int(session.trace.dispatches.id[0])).headers)
    return headers["source"].removeprefix("buslens:")
