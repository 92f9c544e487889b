"""RabbitMQ as an engine: a durable topic exchange for the run, a quorum queue for each handler and event.

The client lives on a thread and a loop of its own: heartbeats keep real time, the engine's clock may jump or stand.
https://www.rabbitmq.com/docs/confirms, https://www.rabbitmq.com/docs/quorum-queues
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import ClassVar

from bus.contract.delivery import Broker, Delivery, Message, Tell
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble
from bus.durable.client_thread import ClientThread, Ready
from bus.durable.durable import DurableEngine
from bus.durable.inbox import Inbox
from bus.engines.rabbitmq import SPEC, names
from bus.engines.rabbitmq.client import USUAL, Client, Order, Patience
from bus.engines.rabbitmq.link import BROKEN
from bus.engines.rabbitmq.loop import GatheringLoop
from bus.errors import UserError


class RabbitEngine(DurableEngine):
    """Each handler consumes queues of its own."""

    spec: ClassVar[EngineSpec] = SPEC

    def __init__(self, patience: Patience = USUAL) -> None:
        super().__init__()
        self._patience = patience

    def make_broker(self) -> Broker:
        """A connection for this run alone. Raises UserError."""
        return RabbitBroker(names.address(), self._patience)


class RabbitBroker:
    """Hands orders to the client's thread, where they are carried out one after another."""

    keeps_order: ClassVar[bool] = False

    def __init__(self, url: str, patience: Patience) -> None:
        self._url, self._patience = url, patience
        self._loop = GatheringLoop()
        self._inbox: Inbox[Order | None] = Inbox(self._loop, self._ordered, _nothing)
        self._thread = ClientThread("rabbitmq", self._run, self._leave)

    async def open(self, run: str, tell: Tell) -> None:
        """Connect and make the run's exchanges. Raises UserError."""
        await self._begin(run, "", tell)

    async def join(self, run: str, member: str, tell: Tell) -> None:
        """Connect; the run's exchanges must be there. Raises UserError."""
        await self._begin(run, member, tell)

    def announce(self, scenario: str) -> None:
        """On a board of the broker."""
        self._order(partial(self._client.announce, scenario))

    def write(self, mailbox: str, letter: bytes) -> None:
        """Into a queue of its own."""
        self._order(partial(self._client.write, mailbox, letter))

    def recount(self) -> None:
        """It does not tell what is with whom. Here nothing is settled without that we are told before."""

    async def _begin(self, run: str, member: str, tell: Tell) -> None:
        self._client = Client(self._url, run, tell, member, loop=self._loop, patience=self._patience)
        await self._thread.start(tell)

    def publish(self, message: Message) -> None:
        """Mandatory: what nobody's queue takes comes back."""
        self._order(partial(self._client.publish, message))

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """A queue of its own."""
        self._order(partial(self._client.bind, consumer, event, prefetch))

    def unbind(self, consumer: str, event: str) -> None:
        """The queue stays, and goes on filling."""
        self._order(partial(self._client.unbind, consumer, event))

    def acknowledge(self, delivery: Delivery) -> None:
        """basic.ack"""
        self._order(partial(self._client.acknowledge, delivery))

    def retry(self, delivery: Delivery) -> None:
        """basic.nack, and back into the queue."""
        self._order(partial(self._client.put_back, delivery))

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """basic.reject: the queue's dead-letter exchange takes it. The reason stays in our records."""
        self._order(partial(self._client.dead_letter, delivery))

    def release(self, delivery: Delivery) -> None:
        """The broker counts it as a delivery; we do not."""
        self._order(partial(self._client.release, delivery))

    def die(self, delivery: Delivery) -> None:
        """Close the consumer's channel: all that it holds goes back."""
        self._order(partial(self._client.die, delivery))

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> None:
        """Its connections break, and none can be made until it is over."""
        with contextlib.suppress(RuntimeError):  # the client has ended meanwhile
            self._loop.call_soon_threadsafe(self._client.cut if begins else self._client.mend)

    async def close(self, *, clean: bool) -> None:
        """What was ordered is done first; without a connection it is left to `buslens clean`."""
        await self._thread.end(clean=clean)

    def _leave(self, clean: bool) -> None:
        self._client.closing.set()
        if clean:
            self._order(self._client.clean)
        self._order(None)
        with contextlib.suppress(RuntimeError):  # it has ended meanwhile
            self._loop.call_soon_threadsafe(self._client.hurry)

    def _order(self, order: Order | None) -> None:
        """From any thread."""
        self._inbox.put(order)

    # On the client's thread

    def _ordered(self, order: Order | None) -> None:
        self._client.orders.put_nowait(order)

    def _run(self, ready: Ready) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live(ready))
        finally:
            self._loop.run_until_complete(_unwind())
            self._loop.close()

    async def _live(self, ready: Ready) -> None:
        try:
            await self._client.open()
        except BROKEN as error:
            raise error if isinstance(error, UserError) else names.why_unreachable(error, self._url) from None
        ready()
        await self._client.serve()


def _nothing() -> None:
    pass


async def _unwind() -> None:
    """What the client library has left running would complain when it is thrown away."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
