"""The loop of RabbitMQ's client: what it writes in one turn goes to the socket at once.

The client writes each frame by itself. Each `send` lets go of the interpreter's lock, and gets it back only when the
engine's thread lets go of it: half a millisecond where that is busy (benchmarks/durable_rabbitmq.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

GATHER_S = 0.0005
"""After something was sent; what comes alone does not wait."""


class GatheringLoop(asyncio.SelectorEventLoop):
    """Its connections gather, and can be cut off: then none is made until they are mended."""

    def __init__(self) -> None:
        super().__init__()
        self._connections: WeakSet[Gathering] = WeakSet()
        self._is_cut = False

    async def create_connection(self, *arguments: Any, **options: Any) -> Any:
        """As that of every loop, but for how its transport writes. Raises ConnectionError while it is cut off."""
        transport, protocol = await super().create_connection(*arguments, **options)
        connection = Gathering(transport, self)
        if self._is_cut:
            connection.abort()
            raise ConnectionResetError("cut off")
        self._connections.add(connection)
        return connection, protocol

    def cut(self) -> None:
        """Break all connections: what is on its way is gone."""
        self._is_cut = True
        for each in list(self._connections):
            each.abort()

    def mend(self) -> None:
        """Connections can be made again."""
        self._is_cut = False


class Gathering(asyncio.Transport):
    """In front of another transport, which does everything but wait for the end of the turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []
        self._sent_at = 0.0

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Before anything else that happens to the connection."""
        if not self._parts:
            wait = self._sent_at + GATHER_S - self._loop.time()
            if wait > 0:
                self._loop.call_later(wait, self._flush)
            else:
                self._loop.call_soon(self._flush)
        self._parts.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        """The same for many."""
        for data in list_of_data:
            self.write(data)

    def write_eof(self) -> None:
        """Nothing more comes."""
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        """What was written is sent before."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """At once."""
        self._parts.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Whether it is."""
        return self._transport.is_closing()

    def can_write_eof(self) -> bool:
        """Whether it can."""
        return self._transport.can_write_eof()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Of the socket."""
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """What waits, here and there."""
        return sum(map(len, self._parts)) + self._transport.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Of what waits for the socket."""
        self._transport.set_write_buffer_limits(high, low)

    def pause_reading(self) -> None:
        """Read no more for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on reading."""
        self._transport.resume_reading()

    def is_reading(self) -> bool:
        """Whether it reads."""
        return self._transport.is_reading()

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who is told what comes."""
        return self._transport.get_protocol()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell somebody else."""
        self._transport.set_protocol(protocol)

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        self._sent_at = self._loop.time()
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))
