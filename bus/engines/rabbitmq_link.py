"""One connection to RabbitMQ and its channels: one to publish on, one for each consumer. Gone when it breaks."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bus.engines import rabbitmq_names as names
from bus.engines.delivery import Message
from bus.errors import UserError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage

TIMEOUT_S = 5.0
ANSWER_S = 10.0
"""A quorum queue without a leader does not answer: then all is tried anew."""

_SILENT = logging.NullHandler()
DEAD = "dead"
Take = Callable[["AbstractIncomingMessage"], Awaitable[None]]


def lost_connection() -> tuple[type[BaseException], ...]:
    """What the client raises where the connection or a channel is gone."""
    from aio_pika import exceptions

    return (*exceptions.CONNECTION_EXCEPTIONS, exceptions.AMQPError, ConnectionError, TimeoutError)


class Link:
    """Made by `open`. Every method may raise one of `lost_connection`."""

    def __init__(self, run: str, connection: AbstractConnection) -> None:
        self._run = run
        self._connection = connection
        self._channels: dict[str, AbstractChannel] = {}
        self._queues: dict[tuple[str, str], tuple[Any, str]] = {}
        """Queue and consumer tag of what is consumed."""

    @classmethod
    async def open(cls, url: str, run: str, lost: Callable[[], None]) -> Link:
        """Connect, and make sure that the run's exchanges are there."""
        try:
            import aio_pika
        except ImportError:
            raise UserError("the engine rabbitmq needs aio-pika", hint="pip install 'buslens[rabbitmq]'") from None
        for library in ("aiormq", "aio_pika"):
            # What it logs is said by us, once and in one sentence; without a handler it would go to stderr.
            logging.getLogger(library).addHandler(_SILENT)
        names.check(url)
        connection = await aio_pika.connect(url, timeout=TIMEOUT_S, client_properties={"connection_name": run})
        link = cls(run, connection)
        try:
            await link._begin(aio_pika)
        except BaseException:
            await connection.close()
            raise
        connection.close_callbacks.add(lambda *_: lost())
        return link

    async def _begin(self, client: Any) -> None:
        self._client = client
        self._out: AbstractChannel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        kinds = client.ExchangeType
        self._exchange: AbstractExchange = await self._out.declare_exchange(self._run, kinds.TOPIC, durable=True)
        dead = await self._out.declare_exchange(f"{self._run}.{DEAD}", kinds.FANOUT, durable=True)
        grave = await self._out.declare_queue(f"{self._run}.{DEAD}", durable=True)
        await grave.bind(dead)

    async def publish(self, message: Message) -> str:
        """Wait for the broker's confirmation. Why it was refused, or empty."""
        sent = self._client.Message(
            message.body,
            headers=names.headers_of(message.attributes),
            content_type="application/json",
            delivery_mode=self._client.DeliveryMode.PERSISTENT,
            message_id=message.attributes.get("id"),
        )
        try:
            await self._exchange.publish(sent, names.routing_key(message.event), mandatory=True)
        except self._client.exceptions.PublishError as error:
            returned = error.frame
            return f"returned by the broker: {returned.reply_code} {returned.reply_text}"
        except self._client.exceptions.DeliveryError:
            return "the broker did not take it (basic.nack)"
        return ""

    async def declare(self, consumer: str, event: str) -> int:
        """A consumer's queue for an event; how many messages wait in it."""
        channel = await self._channel(consumer)
        arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-dead-letter-exchange": f"{self._run}.{DEAD}"}
        name = names.queue_name(self._run, consumer, event)
        queue = await channel.declare_queue(name, durable=True, arguments=arguments)
        await queue.bind(self._run, names.routing_key(event))
        return int(queue.declaration_result.message_count or 0)

    async def consume(self, consumer: str, event: str, prefetch: int, take: Take) -> None:
        """Begin to deliver, at most so many ahead of their acknowledgement."""
        channel = await self._channel(consumer)
        await channel.set_qos(prefetch_count=prefetch)
        queue = await channel.get_queue(names.queue_name(self._run, consumer, event), ensure=False)
        tag = await queue.consume(take, timeout=ANSWER_S)
        self._queues[consumer, event] = queue, tag

    async def cancel(self, consumer: str, event: str) -> None:
        """Deliver no more."""
        queue, tag = self._queues.pop((consumer, event), (None, ""))
        if queue is not None:
            await queue.cancel(tag)

    async def leave(self, consumer: str) -> None:
        """Close a consumer's channel with all that it holds."""
        channel = self._channels.pop(consumer, None)
        if channel is not None:
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
        """Leave; never raises."""
        try:
            await self._connection.close()
        except lost_connection():
            return

    async def _channel(self, consumer: str) -> AbstractChannel:
        known = self._channels.get(consumer)
        if known is None or known.is_closed:
            known = self._channels[consumer] = await self._connection.channel(publisher_confirms=False)
        return known
