"""RabbitMQ as an engine: a durable topic exchange for the run, a quorum queue for each handler and event.

The client lives on a thread and a loop of its own: heartbeats keep real time, the engine's clock may jump or stand.
https://www.rabbitmq.com/docs/confirms, https://www.rabbitmq.com/docs/quorum-queues
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from functools import partial
from typing import ClassVar

from bus.contract.delivery import Broken, Broker, Delivery, Message, Tell
from bus.contract.spec import EngineSpec
from bus.durable.durable import DurableEngine
from bus.engines.rabbitmq import SPEC, names
from bus.engines.rabbitmq.client import USUAL, Client, Order, Patience
from bus.engines.rabbitmq.link import BROKEN
from bus.engines.rabbitmq.loop import GatheringLoop
from bus.errors import UserError

_LOG = logging.getLogger("buslens")


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
        self._inbox: deque[Order | None] = deque()
        self._is_woken = False
        self._loop = GatheringLoop()
        self._thread = threading.Thread(target=self._run, name="engine rabbitmq", daemon=True)

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
        self._tell = tell
        self._client = Client(self._url, run, tell, member, patience=self._patience)
        self._engine_loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._engine_loop.create_future()
        self._thread.start()
        try:
            await self._opened
        except asyncio.CancelledError:  # the run is to end before it has begun; the thread ends by itself
            self._begin_to_leave(clean=True)
            raise

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

    def bury(self, delivery: Delivery, reason: str) -> None:
        """basic.reject: the queue's dead-letter exchange takes it. The reason stays in our records."""
        self._order(partial(self._client.bury, delivery))

    def give_back(self, delivery: Delivery) -> None:
        """The broker counts it as a delivery; we do not."""
        self._order(partial(self._client.give_back, delivery))

    def die(self, delivery: Delivery) -> None:
        """Close the consumer's channel: all that it holds goes back."""
        self._order(partial(self._client.die, delivery))

    async def close(self, *, clean: bool) -> None:
        """What was ordered is done first; without a connection it is left to `buslens clean`."""
        if not self._thread.is_alive():
            return
        self._begin_to_leave(clean=clean)
        while self._thread.is_alive():
            # Real time, whatever the engine's clock says: the thread ends by itself.
            await self._engine_loop.run_in_executor(None, self._thread.join, 0.5)

    def _begin_to_leave(self, *, clean: bool) -> None:
        self._client.closing.set()
        if clean:
            self._order(self._client.clean)
        self._order(None)
        with contextlib.suppress(RuntimeError):  # it has ended meanwhile
            self._loop.call_soon_threadsafe(self._client.hurry)

    def _order(self, order: Order | None) -> None:
        """From any thread. Whoever comes first wakes the client; what follows until it looks shares that."""
        self._inbox.append(order)
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(RuntimeError):  # its loop is closed: the run is over
                self._loop.call_soon_threadsafe(self._wake)

    # On the client's thread

    def _wake(self) -> None:
        self._is_woken = False
        while self._inbox:
            self._client.orders.put_nowait(self._inbox.popleft())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        except BROKEN as error:
            _LOG.exception("RabbitMQ's client failed")
            self._tell([Broken(f"RabbitMQ's client failed: {type(error).__name__}: {error}")])
        finally:
            self._loop.run_until_complete(_unwind())
            self._loop.close()

    async def _live(self) -> None:
        try:
            await self._client.open()
        except BROKEN as error:
            why = error if isinstance(error, UserError) else names.why_unreachable(error, self._url)
            self._answer_soon(why)
            return
        self._answer_soon(None)
        await self._client.serve()

    def _answer_soon(self, error: UserError | None) -> None:
        with contextlib.suppress(RuntimeError):  # the engine's loop is closed: whoever asked has gone away
            self._engine_loop.call_soon_threadsafe(self._answer, error)

    def _answer(self, error: UserError | None) -> None:
        """On the engine's loop. Whoever asked may have gone away meanwhile."""
        if not self._opened.done():
            self._opened.set_exception(error) if error else self._opened.set_result(None)


async def _unwind() -> None:
    """What the client library has left running would complain when it is thrown away."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
