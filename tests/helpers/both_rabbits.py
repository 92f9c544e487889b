"""The same steps on a RabbitMQ server and on its model, and whether their clients see the same."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiormq
from aiormq import spec
from hypothesis import strategies as st

from bus.models.rabbitmq import RabbitModel
from tests.helpers.patience import PATIENCE_S
from tests.helpers.proxy import Proxy

QUEUES = ("a", "b")
CHANNELS = ("first", "second")
COUNT = "x-delivery-count"
LOOK_S = 0.001

Step = tuple[str, str, Any]
"""What is done, on which queue or channel, and how."""

STEPS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from((*QUEUES, "nobody's")), st.integers(1, 4)),
    st.tuples(st.sampled_from(("consume", "cancel")), st.sampled_from(CHANNELS), st.sampled_from(QUEUES)),
    st.tuples(
        st.sampled_from(("acknowledge", "all", "requeue", "reject")), st.sampled_from(CHANNELS), st.integers(0, 3)
    ),
    st.tuples(st.sampled_from(("close", "vanish")), st.sampled_from(CHANNELS), st.just(0)),
)
SCENARIOS = st.lists(STEPS, min_size=5, max_size=20)
LIMITS = st.sampled_from((None, 2, 1_000_000))
"""x-delivery-limit: none, one that is reached, and that of our engine."""


class _Client:
    """One connection with one channel, as a program of its own has it, on a cable that can be cut."""

    def __init__(self, name: str, prefix: str, hear: Callable[[tuple[Any, ...]], None]) -> None:
        self.name, self._prefix, self._hear = name, prefix, hear
        self._tags: dict[str, str] = {}

    async def open(self, url: str, prefetch: int) -> None:
        self._prefetch = prefetch
        self._cable = Proxy(urlsplit(url).port or 5672)
        self._cable.__enter__()
        user = urlsplit(url).netloc.rpartition("@")[0]
        here = urlsplit(url)._replace(netloc=f"{user}@127.0.0.1:{self._cable.port}")
        self.connection = await aiormq.connect(here.geturl())
        self.channel = await self.connection.channel(publisher_confirms=False)
        await self.until_heard()

    async def until_heard(self) -> None:
        """The server has taken all that this channel said."""
        await self.channel.basic_qos(prefetch_count=self._prefetch)

    async def consume(self, queue: str) -> None:
        async def take(message: Any) -> None:
            count = (message.header.properties.headers or {}).get(COUNT, 0)
            assert bool(count) == message.redelivered
            self._hear((self.name, queue, message.delivery.delivery_tag, message.body.decode(), count))

        self._tags[queue] = (await self.channel.basic_consume(self._prefix + queue, take)).consumer_tag

    async def cancel(self, queue: str) -> None:
        await self.channel.basic_cancel(self._tags.pop(queue))

    async def vanish(self) -> None:
        """As a killed program does: its connection breaks, and nothing is said."""
        self._cable.cut()
        await self.close()

    async def close(self) -> None:
        """Say that it leaves, where anybody hears that."""
        await asyncio.gather(self.connection.close(), return_exceptions=True)
        self._cable.__exit__()


class BothRabbits:
    """Of one scenario: two queues, two channels on connections of their own."""

    def __init__(self, url: str, model: RabbitModel[str], *, prefetch: int, limit: int | None) -> None:
        self.compared: Counter[str] = Counter()
        """By outcome: how often the server's and the model's were the same."""

        self._url, self._model, self._prefetch, self._limit = url, model, prefetch, limit
        self._prefix = f"buslens-test-{secrets.token_hex(4)}."
        self._heard: list[tuple[Any, ...]] = []
        self._news = asyncio.Event()
        self._expected: list[tuple[Any, ...]] = []
        self._clients: dict[str, _Client] = {}
        self._bodies = map(str, itertools.count())

    async def compare(self, steps: Sequence[Step]) -> None:
        """Raises AssertionError after the first step that they see differently."""
        self._admin = _Client("admin", self._prefix, self._hear)
        await self._admin.open(self._url, 1)
        self._out = await self._admin.connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            await self._make()
            for step in steps:
                await self._do(*step)
                await self._agree(step)
            await self._agree_on_what_is_left()
        finally:
            await self._remove()

    async def _make(self) -> None:
        prefix, out, dead = self._prefix, self._out, f"{self._prefix}dead"
        await out.exchange_declare(exchange=prefix, exchange_type="topic", durable=True)
        await out.exchange_declare(exchange=dead, exchange_type="fanout", durable=True)
        await out.queue_declare(dead, durable=True)
        await out.queue_bind(dead, dead)
        arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-dead-letter-exchange": dead}
        if self._limit is not None:
            arguments["x-delivery-limit"] = self._limit
        for queue in QUEUES:
            await out.queue_declare(prefix + queue, durable=True, arguments=arguments)
            await out.queue_bind(prefix + queue, prefix, routing_key=queue)
            self._model.declare(queue, queue, self._limit)

    async def _remove(self) -> None:
        for queue in (*QUEUES, "dead"):
            await self._out.queue_delete(self._prefix + queue)
        for exchange in ("", "dead"):
            await self._out.exchange_delete(self._prefix + exchange)
        for client in (*self._clients.values(), self._admin):
            await client.close()

    async def _do(self, step: str, what: str, how: Any) -> None:
        if step == "publish":
            for _ in range(how):
                body = next(self._bodies)
                is_taken = await self._publish(what, body)
                assert is_taken == self._model.publish(what, body)
                self.compared["confirmed" if is_taken else "returned"] += 1
            return
        client = await self._client(what)
        match step:
            case "consume" if not self._model.consumes(what, how):
                self._model.consume(what, how)
                await client.consume(how)
            case "cancel" if self._model.consumes(what, how):
                self._model.cancel(what, how)
                await client.cancel(how)
            case "close" | "vanish":
                del self._clients[what]
                self._model.close(what)
                await (client.vanish() if step == "vanish" else client.close())
                await self._until_gone()
            case "acknowledge" | "all" | "requeue" | "reject":
                if tags := self._model.unsettled(what):
                    await self._settle(client, step, tags[how % len(tags)])

    def _hear(self, sent: tuple[Any, ...]) -> None:
        self._heard.append(sent)
        self._news.set()

    async def _client(self, name: str) -> _Client:
        if name not in self._clients:
            self._clients[name] = _Client(name, self._prefix, self._hear)
            await self._clients[name].open(self._url, self._prefetch)
            self._model.open(name, self._prefetch)
        return self._clients[name]

    async def _settle(self, client: _Client, step: str, tag: int) -> None:
        match step:
            case "requeue":
                self._model.requeue(client.name, tag)
                await client.channel.basic_nack(tag, requeue=True)
            case "reject":
                self._model.reject(client.name, tag)
                await client.channel.basic_reject(tag, requeue=False)
            case _:
                self._model.acknowledge(client.name, tag, multiple=step == "all")
                await client.channel.basic_ack(tag, multiple=step == "all")
        await client.until_heard()

    async def _publish(self, key: str, body: str) -> bool:
        """Whether it was confirmed; False where it came back."""
        properties = spec.Basic.Properties(delivery_mode=2)
        sent = body.encode(), {"exchange": self._prefix, "routing_key": key, "mandatory": True}
        try:
            await self._out.basic_publish(sent[0], properties=properties, **sent[1])
        except aiormq.exceptions.PublishError:
            return False
        return True

    async def _until_gone(self) -> None:
        """The server has missed the client that left."""
        async with asyncio.timeout(PATIENCE_S):
            for queue in QUEUES:
                left = len(self._model.holders(queue))
                while True:
                    found = await self._out.queue_declare(self._prefix + queue, passive=True)
                    if found.consumer_count == left:
                        break
                    await asyncio.sleep(LOOK_S)

    async def _agree(self, step: Step) -> None:
        """The same was sent to the same channels, in the same order on each."""
        sent = [tuple(each) for each in self._model.sent()]
        self._expected += sent
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S / 10):
                while len(self._heard) < len(self._expected):
                    self._news.clear()
                    await self._news.wait()
        assert sorted(self._heard, key=_place) == sorted(self._expected, key=_place), f"after {step}"
        for each in sent:
            self.compared["redelivered" if each[-1] else "delivered"] += 1

    async def _agree_on_what_is_left(self) -> None:
        """When every client is gone. What a server had sent beyond would be missing, or counted."""
        for name in list(self._clients):
            await self._do("close", name, 0)
        self._model.sent()
        for queue, known in self._model.queues.items():
            left = [(each.body, each.count) for each in known.waiting()]
            assert await self._read(queue) == left, queue
            self.compared["left in its queue, in order"] += len(left)
        dead = [each.body for each in self._model.dead]
        assert [body for body, _ in await self._read("dead")] == dead
        self.compared["dead letter"] += len(dead)

    async def _read(self, queue: str) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        while True:
            got: Any = await self._admin.channel.basic_get(self._prefix + queue, no_ack=True)
            if got.delivery.name != "Basic.GetOk":
                return found
            found.append((got.body.decode(), (got.header.properties.headers or {}).get(COUNT, 0)))


def _place(sent: tuple[Any, ...]) -> tuple[str, int]:
    return sent[0], sent[2]
