"""What is written to a broker gets there whole and in order, in fewer pieces."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from bus.engines.rabbitmq.loop import Gathering, GatheringLoop


def run(coroutine: Any) -> Any:
    loop = GatheringLoop()
    try:
        return loop.run_until_complete(asyncio.wait_for(coroutine, 20))
    finally:
        loop.close()


async def echoed(talk: Any) -> bytes:
    """What a server hears of a conversation."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        assert isinstance(writer.transport, Gathering)
        await talk(writer)
        said = await heard
        await reader.read()
        writer.close()
        await writer.wait_closed()
    return said


def test_all_comes_in_order_however_it_is_written() -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        for number in range(2000):
            writer.write(b"%d," % number)
            if number % 7 == 0:
                await writer.drain()
            if number % 500 == 0:
                await asyncio.sleep(0.002)
        writer.write_eof()

    assert run(echoed(talk)) == b"".join(b"%d," % number for number in range(2000))


def test_what_is_written_just_before_the_end_is_sent() -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(b"first ")
        writer.writelines([b"last ", bytearray(b"words")])
        assert writer.transport.get_write_buffer_size() == 16
        writer.close()

    assert run(echoed(talk)) == b"first last words"


def test_many_writes_are_one_and_one_alone_does_not_wait() -> None:
    class Sent(asyncio.Transport):
        def __init__(self) -> None:
            super().__init__()
            self.parts: list[bytes] = []
            self.all_there = asyncio.Event()

        def write(self, data: Any) -> None:
            self.parts.append(bytes(data))
            if data.endswith(b"4"):
                self.all_there.set()

        def is_closing(self) -> bool:
            return False

    async def write() -> list[bytes]:
        sent = Sent()
        transport = Gathering(sent, asyncio.get_running_loop())
        transport.write(b"alone")
        await asyncio.sleep(0)
        assert sent.parts == [b"alone"]
        for number in range(5):
            transport.write(b"%d" % number)
            await asyncio.sleep(0)
        await sent.all_there.wait()
        return sent.parts

    parts = run(write())
    assert b"".join(parts) == b"alone01234"


def test_where_it_is_cut_connections_break_and_none_is_made_until_it_is_mended() -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    async def be_cut() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, GatheringLoop)
        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            loop.cut()
            assert await reader.read() == b""
            with pytest.raises(ConnectionResetError, match="cut off"):
                await asyncio.open_connection("127.0.0.1", port)
            loop.mend()
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()

    run(be_cut())
