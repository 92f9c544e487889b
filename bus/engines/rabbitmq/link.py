"""One connection to RabbitMQ and its channels: one to publish on, one for each consumer. Gone when it breaks.

Channels are declared with aio-pika, and used one layer below it (aiormq): there a publish or an acknowledgement need
not wait until the socket is empty (benchmarks/durable_rabbitmq.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bus.connections import tls
from bus.contract.delivery import Message
from bus.contract.peer_messages import OWNER
from bus.engines.rabbitmq import RABBITMQ, names
from bus.engines.rabbitmq.letters import Mail, mailbox_name
from bus.errors import UserError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractConnection
    from aiormq.abc import AbstractChannel as Wire
    from aiormq.abc import DeliveredMessage

TIMEOUT_S = 15.0
"""For a connection and what a run needs on it: where a machine has more to do than it can, 5 s are too few."""

LEAVE_S = 2.0
DELIVERY_LIMIT = 1_000_000
"""Attempts are counted by the engine: the broker's own limit (20 since RabbitMQ 4) must not come before it."""

_SILENT = logging.NullHandler()
DEAD = "dead"
BROKEN = (Exception, asyncio.CancelledError)
"""What a request raises when its connection breaks: the client lets out that its own tasks were cancelled, too."""

Take = Callable[["DeliveredMessage"], Coroutine[Any, Any, None]]
Lost = Callable[[BaseException | None], None]


def will_happen_again(error: BaseException | None) -> bool:
    """Whether it came from what was asked of the broker, and not from a connection that broke.

    The client raises Exception itself where it is cut off in the middle of a request.
    """
    from aio_pika import exceptions

    lost = (*exceptions.CONNECTION_EXCEPTIONS, ConnectionError, TimeoutError)
    if error is None or type(error) is Exception:
        return False
    return isinstance(error, exceptions.ChannelClosed) or not isinstance(error, lost)


class Link:
    """Made by `open`. When it breaks any method may raise any Exception, or never return."""

    def __init__(self, run: str, connection: AbstractConnection, lost: Lost) -> None:
        self._run = run
        self._connection = connection
        self._lost = lost
        self._channels: dict[str, AbstractChannel] = {}
        """By consumer."""

        self._tags: dict[tuple[str, str], str] = {}
        """Consumer tags of what is consumed, by consumer and event."""

    @classmethod
    async def open(cls, url: str, run: str, lost: Lost, *, owns: bool = True) -> Link:
        """Connect, and make sure that the run's exchanges are there; those of somebody else's run must be.

        It takes as long as the server does: whoever asks for it sets a limit.
        """
        try:
            import aio_pika
        except ImportError:
            raise UserError("the engine rabbitmq needs aio-pika", hint="pip install 'buslens[rabbitmq]'") from None
        for library in ("aiormq", "aio_pika"):
            # What it logs is said by us, once and in one sentence; without a handler it would go to stderr.
            logging.getLogger(library).addHandler(_SILENT)
        logging.getLogger("asyncio").addFilter(_is_news)
        secure = tls.context_of(RABBITMQ, url)
        properties: dict[str, Any] = {"connection_name": run}

        class Connection(aio_pika.Connection):
            """Closed by us. Where it could not be, its own way when it is thrown away would complain on stderr."""

            def __del__(self) -> None: ...

        connection = await aio_pika.connect(
            names.with_heartbeat(url),
            ssl_context=secure,
            client_properties=properties,
            connection_class=Connection,
        )
        link = cls(run, connection, lost)
        try:
            await link._begin(owns=owns)
        except BaseException:
            await link.close()
            raise
        connection.close_callbacks.add(link._closed)
        return link

    async def _begin(self, *, owns: bool) -> None:
        from aio_pika import ExchangeType
        from aio_pika.exceptions import ChannelNotFoundEntity
        from aiormq import spec

        self._properties = spec.Basic.Properties
        self._out = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        if owns:
            await self._out.declare_exchange(self._run, ExchangeType.TOPIC, durable=True)
            dead = await self._out.declare_exchange(f"{self._run}.{DEAD}", ExchangeType.FANOUT, durable=True)
            grave = await self._out.declare_queue(f"{self._run}.{DEAD}", durable=True)
            await grave.bind(dead)
        else:
            try:
                await self._out.declare_exchange(self._run, passive=True)
            except ChannelNotFoundEntity:
                raise UserError(f"there is no run {self._run} on this broker", hint="begin it first") from None
        self._out.close_callbacks.add(self._closed)
        self._wire: Any = await self._out.get_underlay_channel()

    async def mail(self, member: str, wrote: Callable[[bytes], None]) -> Mail:
        """Read what other members of the run write."""
        return await Mail.open(self._connection, self._run, member, wrote, self._closed)

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

    async def remove(self, queues: Sequence[str]) -> None:
        """Everything that this run made."""
        for step in self.removal(queues):
            await step()

    def removal(self, queues: Sequence[str]) -> list[Callable[[], Awaitable[Any]]]:
        """The steps of it; each is one question to the broker, or a few."""
        # Consumers before their queues, or the broker would tell each of them.
        leaves = [partial(self.leave, consumer) for consumer in self._channels]
        all_queues = [*queues, f"{self._run}.{DEAD}", mailbox_name(self._run, OWNER)]
        exchanges = (self._run, f"{self._run}.{DEAD}")
        return [
            *leaves,
            *(partial(self._out.queue_delete, queue) for queue in all_queues),
            *(partial(self._out.exchange_delete, exchange) for exchange in exchanges),
        ]

    async def close(self) -> None:
        """Send what was asked for, then leave; never raises, and takes no longer than twice LEAVE_S."""
        self._connection.close_callbacks.discard(self._closed)
        for leaving in (self._close_channels, self._connection.close):
            with contextlib.suppress(*BROKEN):
                async with asyncio.timeout(LEAVE_S):
                    await leaving()

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


def _is_news(record: logging.LogRecord) -> bool:
    """asyncio says this of each write to a connection that is lost, of which we tell once."""
    return record.msg != "socket.send() raised exception."


async def acknowledge(message: DeliveredMessage, *, multiple: bool = False) -> None:
    """It was handled. multiple: and all that were delivered before it on its channel."""
    await _open(message).basic_ack(tag_of(message), multiple=multiple, wait=False)


async def put_back(message: DeliveredMessage) -> None:
    """Into its queue, to be delivered again."""
    await _open(message).basic_nack(tag_of(message), requeue=True, wait=False)


async def dead_letter(message: DeliveredMessage) -> None:
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
