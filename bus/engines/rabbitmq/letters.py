"""Letters between the members of a run over RabbitMQ, and the board where a run says that it can be joined.

On a channel of the connection that also publishes and acknowledges: what is written first comes to the broker first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bus.connections import tls
from bus.engines.rabbitmq import RABBITMQ, names
from bus.errors import UserError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractConnection
    from aiormq.abc import DeliveredMessage

UNUSED_MS = 600_000
"""A mailbox that nobody reads for so long is removed by the broker."""

BOARD: dict[str, Any] = {"x-max-length": 1, "x-expires": 24 * 3_600_000}
"""Holds one name, for a day. Durable: a broker that starts again still knows what can be joined."""

TIMEOUT_S = 10.0


def mailbox_name(run: str, member: str) -> str:
    """The queue of a member."""
    return f"{run}.letters.{member}"


def board_name(scenario: str) -> str:
    """The queue that holds the name of the newest run of a scenario, by the hash of its text."""
    return f"buslens.runs.{scenario[:24]}"


class Mail:
    """One member's. Made by `open`."""

    def __init__(self, run: str, wire: Any, properties: Any, tag: str) -> None:
        self._run = run
        self._tag = tag
        self._wire = wire
        self._properties = properties

    @classmethod
    async def open(
        cls, connection: AbstractConnection, run: str, member: str, wrote: Callable[[bytes], None], lost: Any
    ) -> Mail:
        """Begin to read."""
        from aiormq import spec

        channel = await connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(lost)
        mailbox = mailbox_name(run, member)
        await channel.declare_queue(mailbox, durable=True, arguments={"x-expires": UNUSED_MS})
        wire: Any = await channel.get_underlay_channel()

        async def take(message: DeliveredMessage) -> None:
            wrote(message.body)

        begun = await wire.basic_consume(mailbox, take, no_ack=True)
        return cls(run, wire, spec.Basic.Properties, begun.consumer_tag)

    async def leave(self) -> None:
        """Read no more, before the mailbox is removed."""
        await self._wire.basic_cancel(self._tag)

    async def write(self, member: str, letter: bytes) -> None:
        """To a member that may be gone: then nobody gets it."""
        await self._put(mailbox_name(self._run, member), letter)

    async def announce(self, scenario: str) -> None:
        """Say on the board that this run can be joined."""
        await self._put(await self._board(scenario), self._run.encode())

    async def take_down(self, scenario: str) -> None:
        """It cannot be joined any more."""
        await self._wire.queue_purge(await self._board(scenario))

    async def _board(self, scenario: str) -> str:
        """Its name. Made where it is not there: what is asked of no queue costs the channel."""
        await self._wire.queue_declare(board_name(scenario), durable=True, arguments=BOARD)
        return board_name(scenario)

    async def _put(self, queue: str, body: bytes) -> None:
        properties = self._properties(delivery_mode=2)
        await self._wire.basic_publish(body, exchange="", routing_key=queue, properties=properties, wait=False)


def newest_run(url: str, scenario: str) -> str:
    """The run of a scenario that can be joined; empty for none. Blocks; raises UserError."""
    try:
        return asyncio.run(_newest_run(url, scenario))
    except UserError:
        raise
    except Exception as error:
        raise names.why_unreachable(error, url) from None


async def _newest_run(url: str, scenario: str) -> str:
    import aio_pika

    async with asyncio.timeout(TIMEOUT_S):
        async with await aio_pika.connect(
            url, timeout=TIMEOUT_S, ssl_context=tls.context_of(RABBITMQ, url)
        ) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(board_name(scenario), durable=True, arguments=BOARD)
            message = await queue.get(fail=False)  # it goes back when the channel is closed
            return message.body.decode("utf-8", "replace") if message is not None else ""
