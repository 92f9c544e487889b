"""A server that speaks just enough of Kafka to say who the brokers are, or for a while that there are none.

So does a KRaft node whose only broker has missed its heartbeat: alive, reachable, and fenced by its own controller.
https://kafka.apache.org/protocol#The_Messages_Metadata
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading

API_VERSIONS, METADATA = 18, 3
SERVED = ((API_VERSIONS, 0, 0), (METADATA, 0, 2), (10, 0, 0), (0, 0, 3), (1, 0, 4))
"""Key, lowest and highest version of each request that a client must find here to go on."""

UNSUPPORTED_VERSION, UNKNOWN_TOPIC = 35, 3


def text(said: str) -> bytes:
    """A string as it travels: its length before it."""
    return struct.pack(">h", len(said)) + said.encode()


class FencedKafka:
    """Lives on a thread of its own. While it is fenced it answers several requests of a client at once."""

    def __init__(self, at_once: int) -> None:
        """at_once: requests of one connection that are answered together, so that the answers come back to back."""
        self.port = 0
        self.told = 0
        """How often a client was told, since the last fence, that there are no brokers."""

        self._at_once = at_once
        self._is_fenced = threading.Event()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fenced kafka", daemon=True)

    def __enter__(self) -> FencedKafka:
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"kafka://127.0.0.1:{self.port}/"

    def fence(self) -> None:
        """From now on there are no brokers."""
        self.told = 0
        self._is_fenced.set()

    def unfence(self) -> None:
        """From now on there is one: this."""
        self._is_fenced.clear()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._connections: set[asyncio.StreamWriter] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await self._over.wait()
        server.close()
        for writer in self._connections:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        held: list[bytes] = []
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (size,) = struct.unpack(">i", await reader.readexactly(4))
                body = await reader.readexactly(size)
                key, version, number, length = struct.unpack(">hhih", body[:10])
                if key == API_VERSIONS:
                    writer.write(packed(number, versions(version)))
                elif key == METADATA:
                    fenced = self._is_fenced.is_set()
                    asked = body[10 + max(length, 0) :]
                    held.append(packed(number, metadata(asked, version, 0 if fenced else self.port)))
                    if not fenced or len(held) >= self._at_once:
                        self.told += fenced
                        writer.write(b"".join(held))
                        await writer.drain()
                        held = []
        self._connections.discard(writer)
        writer.close()


def packed(number: int, body: bytes) -> bytes:
    """An answer to the request of this number."""
    return struct.pack(">ii", len(body) + 4, number) + body


def versions(asked: int) -> bytes:
    """What can be asked here."""
    rows = b"".join(struct.pack(">hhh", *row) for row in SERVED)
    return struct.pack(">hi", UNSUPPORTED_VERSION if asked else 0, len(SERVED)) + rows


def metadata(asked: bytes, version: int, port: int) -> bytes:
    """One broker at this port, or none; and that the topics that were asked for are not there."""
    brokers = struct.pack(">ii", 1, 1) + text("127.0.0.1") + struct.pack(">ih", port, -1) if port else bytes(4)
    cluster = text("fenced") if version >= 2 else b""
    topics = names_in(asked)
    rows = b"".join(struct.pack(">h", UNKNOWN_TOPIC) + text(topic) + bytes(5) for topic in topics)
    return brokers + cluster + struct.pack(">ii", 1 if port else -1, len(topics)) + rows


def names_in(asked: bytes) -> list[str]:
    """Topics of a request for metadata."""
    (count,) = struct.unpack(">i", asked[:4])
    at, names = 4, []
    for _ in range(max(0, count)):
        (length,) = struct.unpack(">h", asked[at : at + 2])
        names.append(asked[at + 2 : at + 2 + length].decode())
        at += 2 + length
    return names
