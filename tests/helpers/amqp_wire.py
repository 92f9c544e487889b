"""The other end of a real channel of aiormq, without a socket: it answers what is asked, and delivers on demand."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

import pamqp.frame
from aiormq.base import Base
from aiormq.channel import Channel
from pamqp import commands as spec
from pamqp.header import ContentHeader
from yarl import URL


class Wire(Base):
    """A connection whose broker is this object."""

    def __init__(self) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.url = URL("amqp://me:secret@broker.example/shop")
        self.publisher_confirms = self.basic_nack = self.is_opened = True
        self.accept_consumer_cancel_ok = False
        self.connection_tune = SimpleNamespace(frame_max=131_072, heartbeat=60)
        self.channels: dict[int, Any] = {}
        self.write_queue: asyncio.Queue[Any] = asyncio.Queue()
        self.said: list[Any] = []
        """Frames that the channel has written, decoded."""

        self.answers: dict[type, Any] = {}
        """What a publish is answered with in place of an acknowledgement: by the class of the frame."""

        self._reader = self.loop.create_task(self._answer())
        self._published = 0
        self._delivered = 0

    def channel(self) -> Channel:
        made = self.channels[1] = Channel(self, 1)  # type: ignore[arg-type]
        return made

    async def deliver(self, tag: str, body: bytes, *, exchange: str = "", key: str = "", **more: Any) -> int:
        """Hand a message to a consumer; its delivery tag. more: `redelivered`, and properties."""
        self._delivered += 1
        redelivered = more.pop("redelivered", False)
        frame = spec.Basic.Deliver(tag, self._delivered, redelivered, exchange, key)
        header = ContentHeader(body_size=len(body), properties=spec.Basic.Properties(**more))
        for each in (frame, header, *([pamqp.body.ContentBody(body)] if body else [])):
            await self.channels[1].frames.put((0, each))
        await self.settle()
        return self._delivered

    async def settle(self) -> None:
        """Let everything happen that can."""
        for _ in range(40):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for channel in list(self.channels.values()):
            with contextlib.suppress(BaseException):
                await channel.close()
        self._reader.cancel()

    async def _answer(self) -> None:
        while True:
            written = await self.write_queue.get()
            data = written.payload
            while data:
                size, _, frame = pamqp.frame.unmarshal(data)
                data = data[size:]
                self.said.append(frame)
                await self._answer_to(frame)
            if written.drain_future is not None and not written.drain_future.done():
                written.drain_future.set_result(None)

    async def _answer_to(self, frame: Any) -> None:
        if isinstance(frame, spec.Basic.Publish):
            self._published += 1
            made = self.answers.get(spec.Basic.Publish, spec.Basic.Ack)
            answer: Any = made(delivery_tag=self._published)
        elif isinstance(frame, spec.Basic.Consume):
            answer = spec.Basic.ConsumeOk(frame.consumer_tag)
        elif isinstance(frame, spec.Basic.Cancel):
            answer = spec.Basic.CancelOk(frame.consumer_tag)
        elif isinstance(frame, spec.Channel.Close):
            answer = spec.Channel.CloseOk()
        else:
            return
        await self.channels[1].frames.put((0, answer))

    async def _on_close(self, exc: Any = None) -> None:
        """Nothing to close."""

    def __str__(self) -> str:
        return "wire"
