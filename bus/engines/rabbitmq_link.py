"""One connection to RabbitMQ and its channels: one to publish on, one for each consumer. Gone when it breaks.

Channels are declared with aio-pika, and used one layer below it (aiormq): there a publish or an acknowledgement need
not wait until the socket is empty (benchmarks/durable_rabbitmq.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from bus.engines import rabbitmq_names as names
from bus.engines.delivery import Message
from bus.errors import UserError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection
    from aiormq.abc import AbstractChannel as Wire
    from aiormq.abc import DeliveredMessage

TIMEOUT_S = 5.0
"""For a connection, and again for what a run needs on it."""

LEAVE_S = 2.0
DELIVERY_LIMIT = 1_000_000
"""Attempts are counted by the engine: the broker's own limit (20 since RabbitMQ 4) must not come before it."""

_SILENT = logging.NullHandler()
DEAD = "dead"
Take = Callable[["DeliveredMessage"], Coroutine[Any, Any, None]]
Lost = Callable[[BaseException | None], None]


def lost_connection() -> tuple[type[BaseException], ...]:
    """What the client raises where the connection or a channel is gone."""
    from aio_pika import exceptions

    return (*exceptions.CONNECTION_EXCEPTIONS, exceptions.AMQPError, ConnectionError, TimeoutError)


def closed_channel(error: BaseException | None) -> bool:
    """Whether the broker closed a channel because of what was asked on it: it will do so again."""
    from aiormq.exceptions import ChannelClosed

    return isinstance(error, ChannelClosed)


class Link:
    """Made by `open`. Every method may raise one of `lost_connection`."""

    def __init__(self, run: str, connection: AbstractConnection, lost: Lost) -> None:
        self._run = run
        self._connection = connection
        self._lost = lost
        self._channels: dict[str, AbstractChannel] = {}
        """By consumer."""

        self._tags: dict[tuple[str, str], str] = {}
        """Consumer tags of what is consumed, by consumer and event."""

    @classmethod
    async def open(cls, url: str, run: str, lost: Lost) -> Link:
        """Connect, and make sure that the run's exchanges are there."""
        try:
            import aio_pika
        except ImportError:
            raise UserError("the engine rabbitmq needs aio-pika", hint="pip install 'buslens[rabbitmq]'") from None
        for library in ("aiormq", "aio_pika"):
            # What it logs is said by us, once and in one sentence; without a handler it would go to stderr.
            logging.getLogger(library).addHandler(_SILENT)
        names.check(url)
        properties: dict[str, Any] = {"connection_name": run}
        connection = await aio_pika.connect(names.with_heartbeat(url), timeout=TIMEOUT_S, client_properties=properties)
        link = cls(run, connection, lost)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await link._begin()
        except BaseException:
            await link.close()
            raise
        connection.close_callbacks.add(link._closed)
        return link

    async def _begin(self) -> None:
        from aio_pika import ExchangeType
        from aiormq import spec

        self._properties = spec.Basic.Properties
        self._out = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        await self._out.declare_exchange(self._run, ExchangeType.TOPIC, durable=True)
        dead = await self._out.declare_exchange(f"{self._run}.{DEAD}", ExchangeType.FANOUT, durable=True)
        grave = await self._out.declare_queue(f"{self._run}.{DEAD}", durable=True)
        await grave.bind(dead)
        self._out.close_callbacks.add(self._closed)
        self._wire: Any = await self._out.get_underlay_channel()

    async def publish(self, message: Message) -> str:
        """Wait for the broker's confirmation. Why it was refused, or empty."""
        from aiormq.exceptions import DeliveryError, PublishError

        properties = self._properties(
            content_type="application/json",
            headers=names.headers_of(message.attributes),
            delivery_mode=2,
            message_id=message.attributes.get("id"),
        )
        try:
            await self._wire.basic_publish(
                message.body,
                exchange=self._run,
                routing_key=names.routing_key(message.event),
                properties=properties,
                mandatory=True,
                wait=False,
            )
        except PublishError as error:
            returned: Any = error.frame
            return f"returned by the broker: {returned.reply_code} {returned.reply_text}"
        except DeliveryError:
            return "the broker did not take it (basic.nack)"
        return ""

    async def declare(self, consumer: str, event: str) -> int:
        """A consumer's queue for an event; how many messages wait in it."""
        channel = await self._channel(consumer)
        arguments: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": f"{self._run}.{DEAD}",
            "x-delivery-limit": DELIVERY_LIMIT,
        }
        name = names.queue_name(self._run, consumer, event)
        queue = await channel.declare_queue(name, durable=True, arguments=arguments)
        await queue.bind(self._run, names.routing_key(event))
        return int(queue.declaration_result.message_count or 0)

    async def consume(self, consumer: str, event: str, prefetch: int, take: Take) -> None:
        """Begin to deliver, at most so many ahead of their acknowledgement."""
        channel = await self._channel(consumer)
        await channel.set_qos(prefetch_count=prefetch)
        wire = await channel.get_underlay_channel()
        begun = await wire.basic_consume(names.queue_name(self._run, consumer, event), take)
        self._tags[consumer, event] = begun.consumer_tag or ""

    def consumes(self, consumer: str, event: str) -> bool:
        """Whether it has begun."""
        return (consumer, event) in self._tags

    async def cancel(self, consumer: str, event: str) -> None:
        """Deliver no more: what was delivered is all here when it returns."""
        tag = self._tags.pop((consumer, event), "")
        if tag:
            await (await self._channels[consumer].get_underlay_channel()).basic_cancel(tag)

    async def leave(self, consumer: str) -> None:
        """Close a consumer's channel with all that it holds, after the last of what was delivered has arrived."""
        for known, event in list(self._tags):
            if known == consumer:
                await self.cancel(consumer, event)
        await self._close(consumer)

    async def _close(self, consumer: str) -> None:
        channel = self._channels.pop(consumer)
        channel.close_callbacks.discard(self._closed)
        if not channel.is_closed:
            await channel.close()

    async def remove(self, queues: list[str]) -> None:
        """Everything that this run made."""
        for consumer in list(self._channels):
            await self.leave(consumer)  # before its queues go, or the broker would tell each of its consumers
        channel = await self._connection.channel()
        for queue in [*queues, f"{self._run}.{DEAD}"]:
            await channel.queue_delete(queue)
        for exchange in (self._run, f"{self._run}.{DEAD}"):
            await channel.exchange_delete(exchange)

    async def close(self) -> None:
        """Send what was asked for, then leave; never raises, and takes no longer than twice LEAVE_S."""
        self._connection.close_callbacks.discard(self._closed)
        for leaving in (self._close_channels, self._connection.close):
            try:
                async with asyncio.timeout(LEAVE_S):
                    await leaving()
            except lost_connection():
                continue

    async def _close_channels(self) -> None:
        for channel in [self._out, *self._channels.values()]:
            channel.close_callbacks.discard(self._closed)
        for consumer in list(self._channels):
            await self._close(consumer)

    async def _channel(self, consumer: str) -> AbstractChannel:
        known = self._channels.get(consumer)
        if known is None or known.is_closed:
            known = self._channels[consumer] = await self._connection.channel(publisher_confirms=False)
            known.close_callbacks.add(self._closed)
            wire: Any = await known.get_underlay_channel()
            # Somebody removed its queue. Known since aiormq 7; before that it goes unnoticed.
            if hasattr(wire, "on_consumer_cancel_callbacks"):
                wire.on_consumer_cancel_callbacks.add(self._cancelled)
        return known

    def _closed(self, _: Any, error: BaseException | None) -> None:
        """The connection or one of its channels is gone, and not by us."""
        self._lost(error)

    def _cancelled(self, _: Any) -> None:
        self._lost(None)


async def acknowledge(message: DeliveredMessage, *, multiple: bool = False) -> None:
    """It was handled. multiple: and all that were delivered before it on its channel."""
    await _open(message).basic_ack(tag_of(message), multiple=multiple, wait=False)


async def put_back(message: DeliveredMessage) -> None:
    """Into its queue, to be delivered again."""
    await _open(message).basic_nack(tag_of(message), requeue=True, wait=False)


async def bury(message: DeliveredMessage) -> None:
    """To the queue's dead-letter exchange."""
    await _open(message).basic_reject(tag_of(message), requeue=False, wait=False)


def tag_of(message: DeliveredMessage) -> int:
    """Its number on its channel."""
    delivery: Any = message.delivery
    return int(delivery.delivery_tag)


def _open(message: DeliveredMessage) -> Wire:
    if message.channel.is_closed:
        raise ConnectionError("the channel is gone")
    return message.channel
