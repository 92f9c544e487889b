"""RabbitMQ as an engine: a durable topic exchange for the run, a quorum queue for each handler and event.

The client lives on a thread and a loop of its own: heartbeats keep real time, the engine's clock may jump or stand.
https://www.rabbitmq.com/docs/confirms, https://www.rabbitmq.com/docs/quorum-queues
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from bus.engines import rabbitmq_names as names
from bus.engines.delivery import (
    Bound,
    Broken,
    Broker,
    Confirmed,
    Delivered,
    Delivery,
    Died,
    Interrupted,
    Message,
    News,
    Refused,
    Resumed,
    Settled,
    Tell,
)
from bus.engines.durable import DurableEngine
from bus.engines.rabbitmq_link import Link, lost_connection
from bus.engines.rabbitmq_runs import Made
from bus.errors import UserError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

UNCONFIRMED = 500
"""Messages on their way at once; more wait here."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
"""Between two tries to reach a broker that went away."""

GIVE_UP_S = 300.0
SETTLE_S = 0.1
"""What a lost connection held is put back into its queue some milliseconds later: counts are taken twice."""

_LOG = logging.getLogger("buslens")
Order = Callable[[], Awaitable[None]]


class RabbitEngine(DurableEngine):
    """Each handler consumes queues of its own."""

    id: ClassVar[str] = "rabbitmq"
    title: ClassVar[str] = "rabbitmq: a topic exchange and durable queues on a RabbitMQ server"

    def make_broker(self) -> Broker:
        """A connection for this run alone."""
        return RabbitBroker(names.address())


class RabbitBroker:
    """Orders are carried out one after another; confirmations and deliveries come in between."""

    keeps_order: ClassVar[bool] = False

    def __init__(self, url: str) -> None:
        self._url = url
        self._orders: asyncio.Queue[Order | None] = asyncio.Queue()
        self._inbox: deque[Order | None] = deque()
        self._is_woken = False
        self._bound: dict[tuple[str, str], int] = {}
        """Prefetch of each consumer and event that are consumed."""

        self._open: dict[str, set[Delivery]] = {}
        """By consumer: delivered over the connection that is there now, and not settled."""

        self._returned: Counter[tuple[str, str]] = Counter()
        """By consumer and id: how often the broker counted a delivery whose call never began."""

        self._unconfirmed: dict[int, Message] = {}
        self._publishing: set[asyncio.Task[None]] = set()
        self._news: list[News] = []
        self._is_lost = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine rabbitmq", daemon=True)
        self._loop = asyncio.new_event_loop()

    async def open(self, run: str, tell: Tell) -> None:
        """Connect and make the run's exchanges. Raises UserError."""
        self._name, self._tell = run, tell
        self._made = Made(run, self._url)
        self._engine_loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._engine_loop.create_future()
        self._thread.start()
        await self._opened

    def publish(self, message: Message) -> None:
        """Mandatory: what nobody's queue takes comes back."""
        self._order(partial(self._publish, message))

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """A queue of its own."""
        self._order(partial(self._bind, consumer, event, prefetch))

    def unbind(self, consumer: str, event: str) -> None:
        """The queue stays, and goes on filling."""
        self._order(partial(self._unbind, consumer, event))

    def acknowledge(self, delivery: Delivery) -> None:
        """basic.ack"""
        self._order(partial(self._settle, delivery, _ack))

    def retry(self, delivery: Delivery) -> None:
        """basic.nack, and back into the queue."""
        self._order(partial(self._settle, delivery, _requeue))

    def bury(self, delivery: Delivery, reason: str) -> None:
        """basic.reject: the queue's dead-letter exchange takes it. The reason stays in our records."""
        self._order(partial(self._settle, delivery, _bury))

    def give_back(self, delivery: Delivery) -> None:
        """The broker counts it as a delivery; we do not."""
        self._order(partial(self._give_back, delivery))

    def die(self, delivery: Delivery) -> None:
        """Close the consumer's channel: all that it holds goes back."""
        self._order(partial(self._die, delivery))

    async def close(self, *, clean: bool) -> None:
        """What was ordered is done first; without a connection it is left to `buslens clean`."""
        if not self._thread.is_alive():
            return
        self._closing.set()
        if clean:
            self._order(self._clean)
        self._order(None)
        while self._thread.is_alive():
            # Real time, whatever the engine's clock says: the thread ends by itself.
            await self._engine_loop.run_in_executor(None, self._thread.join, 0.5)

    def _order(self, order: Order | None) -> None:
        """From any thread. Whoever comes first wakes the client; what follows until it looks shares that."""
        self._inbox.append(order)
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(RuntimeError):  # its loop is closed: the run is over
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._is_woken = False
        while self._inbox:
            self._orders.put_nowait(self._inbox.popleft())

    # On the client's thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        except Exception as error:
            _LOG.exception("RabbitMQ's client failed")
            self._say(Broken(f"RabbitMQ's client failed: {type(error).__name__}: {error}"))
            self._flush()
        finally:
            self._loop.run_until_complete(self._unwind())
            self._loop.close()

    async def _unwind(self) -> None:
        """What the client has left running would complain when it is thrown away."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _live(self) -> None:
        self._window = asyncio.Semaphore(UNCONFIRMED)
        try:
            self._link = await Link.open(self._url, self._name, self._lost)
        except Exception as error:
            self._answer(error if isinstance(error, UserError) else names.why_unreachable(error, self._url))
            return
        self._made.begin()
        self._answer(None)
        while (order := await self._orders.get()) is not None:
            while not await self._did(order):
                if self._closing.is_set() or not await self._recover():
                    break
        for task in self._publishing:
            task.cancel()
        await self._link.close()
        self._flush()

    def _answer(self, error: UserError | None) -> None:
        self._engine_loop.call_soon_threadsafe(_settle, self._opened, error)

    async def _did(self, order: Order) -> bool:
        """Whether it was carried out; False where the connection is gone."""
        if self._is_lost:
            return False
        try:
            await order()
        except lost_connection() as error:
            self._is_lost = True
            _LOG.debug("an order failed: %s", error)
            return False
        return True

    def _lost(self) -> None:
        """The connection is gone. Somebody must notice, even where nothing is ordered."""
        if not self._closing.is_set():
            self._is_lost = True
            self._orders.put_nowait(_nothing)

    async def _recover(self) -> bool:
        """Try until the broker is there again; False where it never is."""
        for opened in self._open.values():
            opened.clear()
        self._say(Interrupted(f"the connection to RabbitMQ at {names.shown(self._url)} is gone"))
        began, pause = self._loop.time(), FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                self._link = await Link.open(self._url, self._name, self._lost)
                self._is_lost = False
                await self._resume()
                return True
            except Exception as error:
                if not isinstance(error, (*lost_connection(), UserError)):
                    raise
            if self._loop.time() - began > GIVE_UP_S:
                self._say(Broken(f"RabbitMQ at {names.shown(self._url)} has been gone for {GIVE_UP_S:.0f} s"))
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        return False

    async def _resume(self) -> None:
        before: list[tuple[str, str, int]] = []
        while True:
            waiting = [(consumer, event, await self._link.declare(consumer, event)) for consumer, event in self._bound]
            if waiting == before:
                break
            before = waiting
            await asyncio.sleep(SETTLE_S)
        self._say(Resumed(tuple(waiting)))
        for (consumer, event), prefetch in self._bound.items():
            await self._link.consume(consumer, event, prefetch, partial(self._take, consumer, event))
        for message in list(self._unconfirmed.values()):
            self._begin(message)

    async def _publish(self, message: Message) -> None:
        if message.dispatch not in self._unconfirmed:
            self._unconfirmed[message.dispatch] = message
            self._begin(message)

    def _begin(self, message: Message) -> None:
        task = self._loop.create_task(self._confirm(message, self._link))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _confirm(self, message: Message, link: Link) -> None:
        async with self._window:
            try:
                refused = await link.publish(message)
            except lost_connection():
                self._lost()
                return  # it stays unconfirmed, and is published again
        if self._unconfirmed.pop(message.dispatch, None) is not None:
            place = f"exchange of the run, key {names.routing_key(message.event)}"
            self._say(Refused(message, refused) if refused else Confirmed(message, place))

    async def _bind(self, consumer: str, event: str, prefetch: int) -> None:
        self._made.add(names.queue_name(self._name, consumer, event))
        backlog = await self._link.declare(consumer, event)
        self._bound[consumer, event] = prefetch
        self._open.setdefault(consumer, set())
        self._say(Bound(consumer, event, backlog))
        await self._link.consume(consumer, event, prefetch, partial(self._take, consumer, event))

    async def _unbind(self, consumer: str, event: str) -> None:
        self._bound.pop((consumer, event), None)
        await self._link.cancel(consumer, event)

    async def _take(self, consumer: str, event: str, message: AbstractIncomingMessage) -> None:
        attributes = names.attributes_of(message.headers)
        returned = self._returned[consumer, attributes.get("id", "")]
        attempt = max(1, 1 + names.attempts_before(message.headers) - returned)
        again = ", redelivered" if message.redelivered else ""
        queue = names.queue_name(self._name, consumer, event).removeprefix(self._name)
        place = f"queue …{queue}, delivery tag {message.delivery_tag}{again}"
        delivery = Delivery(consumer, event, attributes, message.body, attempt, place, message)
        self._open[consumer].add(delivery)
        self._say(Delivered(delivery))

    async def _settle(self, delivery: Delivery, how: Callable[[Any], Awaitable[None]]) -> None:
        if delivery in self._open[delivery.consumer]:
            await how(delivery.token)
            self._open[delivery.consumer].discard(delivery)
        self._say(Settled(delivery))

    async def _give_back(self, delivery: Delivery) -> None:
        self._returned[delivery.consumer, delivery.attributes.get("id", "")] += 1
        await self._settle(delivery, _requeue)

    async def _die(self, during: Delivery) -> None:
        consumer = during.consumer
        for delivery in self._open[consumer] - {during}:
            self._returned[consumer, delivery.attributes.get("id", "")] += 1
        self._open[consumer].clear()
        await self._link.leave(consumer)
        self._say(Died(consumer))
        for (name, event), prefetch in self._bound.items():
            if name == consumer:
                await self._link.consume(consumer, event, prefetch, partial(self._take, consumer, event))

    async def _clean(self) -> None:
        await self._link.remove(self._made.queues)
        self._made.end()

    def _say(self, news: News) -> None:
        """What comes in one turn of the loop is told at once."""
        if not self._news:
            self._loop.call_soon(self._flush)
        self._news.append(news)

    def _flush(self) -> None:
        news, self._news = self._news, []
        if news:
            self._tell(news)


def _settle(opened: asyncio.Future[None], error: UserError | None) -> None:
    if not opened.done():
        opened.set_exception(error) if error else opened.set_result(None)


async def _nothing() -> None:
    """An order that only wakes whoever carries out orders."""


async def _ack(message: AbstractIncomingMessage) -> None:
    await message.ack()


async def _requeue(message: AbstractIncomingMessage) -> None:
    await message.nack(requeue=True)


async def _bury(message: AbstractIncomingMessage) -> None:
    await message.reject(requeue=False)
