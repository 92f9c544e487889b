"""What is on a RabbitMQ server, asked with the bare client library, and servers for tests."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import aio_pika

from bus.engines import rabbitmq_names, rabbitmq_runs

SERVERS = Path(__file__).resolve().parents[2] / "packaging" / "brokers" / "servers.py"


def servers() -> ModuleType:
    """packaging/brokers/servers.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("buslens_test_servers", SERVERS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def free_port(*beside: int) -> int:
    """A port that nobody listens on, nor on those so far behind it."""
    for port in range(21_000, 32_000, 37):
        if all(not _is_taken(port + step) for step in (0, *beside)):
            return port
    raise AssertionError("every port is taken")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def with_channel(do: Callable[[Any], Awaitable[Any]]) -> Any:
    """Do something on a channel of the bare client."""

    async def connected() -> Any:
        connection = await aio_pika.connect(rabbitmq_names.address(), timeout=10)
        async with connection:
            return await do(await connection.channel())

    return asyncio.run(connected())


def waiting_in_queues(folder: Path) -> list[str]:
    """Bodies of all messages that wait in the queues of a killed run."""
    _, queues = rabbitmq_runs.read(folder)

    async def read(channel: Any) -> list[str]:
        found = []
        for name in queues:
            queue = await channel.declare_queue(name, passive=True)
            while (message := await queue.get(fail=False)) is not None:
                found.append(message.body.decode())
        return found

    said: list[str] = with_channel(read)
    return said
