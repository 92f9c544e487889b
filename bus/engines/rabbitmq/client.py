"""What a run does on RabbitMQ, order by order, and how it goes on when the connection breaks in the middle of one."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bus.contract.delivery import (
    Bound,
    Confirmed,
    ConnectionRestored,
    CutOff,
    Delivered,
    Delivery,
    Died,
    Lease,
    Message,
    News,
    PeerWrote,
    Settled,
    Tell,
)
from bus.contract.peer_messages import OWNER
from bus.durable.outage import Outage
from bus.engines.rabbitmq import link, names
from bus.engines.rabbitmq.loop import GatheringLoop
from bus.engines.rabbitmq.publishing import Publisher
from bus.engines.rabbitmq.runs import QUEUES, remembered
from bus.runs.manifest import NoManifest

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage

MOST_REFUSED = 8
"""Times in a row, with nothing confirmed in between, that it refuses what is asked of it. With the pauses that is a
quarter of a minute: a broker that starts again refuses for some seconds what it will do later."""

SETTLE_S = 0.1
"""What a lost connection held is put back into its queue some milliseconds later: counts are taken until two agree."""

MOST_COUNTS = 20
ANSWER_S, CONSUME_S = 20.0, 5.0
"""For one order, for a consumer to begin. A quorum queue without a leader does not answer: then all is tried anew."""

LEAVE_S = 3.0
"""For each question to the broker once the run is to end. Where it hangs its rest is left to `buslens clean`."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a broker is waited for, in seconds."""

    timeout_s: float = link.TIMEOUT_S
    """For a connection and what a run needs on it."""

    first_pause_s: float = 0.1
    """Between the first two tries to reach a broker that went away; each further one is twice as long."""

    longest_pause_s: float = 5.0


USUAL = Patience()

Order = Callable[[], Awaitable[None] | None]
"""None where it is done at once, and needs no connection."""


class Client:
    """Lives on a loop of its own. Orders that a lost connection interrupts are carried out again on the next one."""

    def __init__(
        self, url: str, run: str, tell: Tell, member: str = "", *, loop: GatheringLoop,
        patience: Patience = USUAL,
    ) -> None:  # fmt: skip
        """member: our name in a run that somebody else owns; empty: it is ours. loop: that it will live on."""
        self._loop = loop
        self._patience = patience
        self._member = member
        self._url, self._run, self._tell = url, run, tell
        self._where = f"RabbitMQ at {names.shown(url)}"
        self.orders: asyncio.Queue[Order | None] = asyncio.Queue()
        """None ends it."""

        self.closing = threading.Event()
        """Once set, a lost connection is not looked for any more."""

        self._made = NoManifest() if member else remembered(run, url)
        self._publisher = Publisher(self._say, self._lost)
        self._bound: dict[tuple[str, str], int] = {}
        """Prefetch of each consumer and event that are consumed."""

        self._open: dict[str, set[Delivery]] = {}
        """By consumer: delivered over the connection that is there now, and not settled."""

        self._handled: list[Delivery] = []
        """To be acknowledged."""

        self._returned: Counter[tuple[str, str]] = Counter()
        """By consumer and id: how often the broker counted a delivery whose call never began, until it is settled."""

        self._news: list[News] = []
        self._announced = ""
        """The scenario that others may join with."""

        self._lease_s = names.USUAL_LEASE_S
        """How long the broker leaves a delivery with us, as far as it has said so."""

        self._cuts = 0
        """So many faults of the scenario cut us off."""

        self._cuts_unsaid = 0
        """Those of which the engine was not told yet that nothing comes through."""

        self._way = asyncio.Event()
        """The way to the broker is open, as far as faults go; or the run is to end, and nobody waits for that."""

        self._way.set()
        self._is_lost = False
        self._why: BaseException | None = None
        """What the connection was lost by."""

        self._hurried = asyncio.Event()
        """The run is to end: nothing is waited for longer than LEAVE_S."""

        self._limits: list[asyncio.Timeout] = []
        """Of what is waited for now, the innermost last: the client may wait for ever on a lost connection."""

        self._refused_in_a_row = 0
        self._outage = Outage(
            *(self._where, self._say, self.closing),
            first_pause_s=patience.first_pause_s,
            longest_pause_s=patience.longest_pause_s,
        )

    async def open(self) -> None:
        """Connect and make the run's exchanges. Raises UserError, or what the client library raises."""
        self._made.begin()
        try:
            async with self._within(self._patience.timeout_s):
                self._link = await self._linked()
        except BaseException:
            self._made.end()
            raise
        self._publisher.begin(self._link)

    async def _linked(self) -> link.Link:
        linked = await link.Link.open(self._url, self._run, self._lost, owns=not self._member)
        try:
            self._mail = await linked.mail(self._member or OWNER, self._wrote)
        except BaseException:
            await linked.close()
            raise
        return linked

    def _wrote(self, letter: bytes) -> None:
        self._say(PeerWrote(letter))

    async def serve(self) -> None:
        """Carry out orders, until there are no more."""
        while (order := await self.orders.get()) is not None:
            await self._carry_out(order)
            if self._handled and self.orders.empty():
                await self._carry_out(self._acknowledge_handled)
        await self._carry_out(self._acknowledge_handled)
        self._publisher.interrupt()
        await self._link.close()
        self._made.leave()
        self._flush()

    # Orders

    def publish(self, message: Message) -> None:
        """Answered when the broker says so; the next order does not wait for that."""
        self._publisher.publish(message)

    async def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """Declare a queue, tell how much waits, and begin."""
        self._made.add(QUEUES, names.queue_name(self._run, consumer, event))
        backlog = await self._link.declare(consumer, event)
        self._bound[consumer, event] = prefetch
        self._open.setdefault(consumer, set())
        self._say(Bound(consumer, event, backlog))
        await self._consume(consumer, event)

    async def unbind(self, consumer: str, event: str) -> None:
        """Let the queue be."""
        self._bound.pop((consumer, event), None)
        await self._link.cancel(consumer, event)

    def acknowledge(self, delivery: Delivery) -> None:
        """For good; together with all that were ordered meanwhile."""
        self._handled.append(delivery)

    async def dead_letter(self, delivery: Delivery) -> None:
        """For good."""
        await self._settle(delivery, link.dead_letter)
        self._done_with(delivery)

    async def put_back(self, delivery: Delivery) -> None:
        """As a further attempt."""
        await self._settle(delivery, link.put_back)

    async def release(self, delivery: Delivery) -> None:
        """As if nothing had been."""
        await self._settle(delivery, link.put_back)
        self._not_begun(delivery)

    async def die(self, during: Delivery) -> None:
        """Where the connection was lost before this, that has done it already."""
        consumer = during.consumer
        await self._acknowledge_handled()
        if not during.token.channel.is_closed:
            await self._link.leave(consumer)
            for delivery in self._open[consumer] - {during}:
                self._not_begun(delivery)
            self._open[consumer].clear()
        self._say(Died(consumer))
        for name, event in self._bound:
            if name == consumer and not self._link.consumes(name, event):
                await self._consume(name, event)

    async def write(self, member: str, letter: bytes) -> None:
        """To another member; after what was ordered before."""
        await self._mail.write(member, letter)

    async def announce(self, scenario: str) -> None:
        """The run can be joined by whoever has this scenario."""
        self._announced = scenario
        await self._mail.announce(scenario)

    async def clean(self) -> None:
        """Remove what this run made. It takes as long as the broker goes on answering."""
        await self._acknowledge_handled()
        steps: list[Callable[[], Awaitable[Any]]] = [self._mail.leave, *self._link.removal(self._made.of(QUEUES))]
        if self._announced:
            steps.insert(0, partial(self._mail.take_down, self._announced))
        for step in steps:
            async with self._within(LEAVE_S):
                await step()
        self._made.end()

    async def _acknowledge_handled(self) -> None:
        """One frame for many, where no older delivery of the channel is open: a quorum queue writes each of them."""
        for consumer in {delivery.consumer for delivery in self._handled}:
            opened = self._open[consumer]
            done = opened.intersection(self._handled)
            oldest_left = min(map(_tag, opened - done), default=None)
            together = [each for each in done if oldest_left is None or _tag(each) < oldest_left]
            if together:
                await link.acknowledge(max(together, key=_tag).token, multiple=True)
            for delivery in done.difference(together):
                await link.acknowledge(delivery.token)
            opened -= done
        for delivery in self._handled:
            self._done_with(delivery)
            self._say(Settled(delivery))
        self._handled = []  # not before: a lost connection lets this be done once more

    def _done_with(self, delivery: Delivery) -> None:
        self._returned.pop((delivery.consumer, delivery.attributes.get("id", "")), None)

    async def _settle(self, delivery: Delivery, how: Callable[[Any], Awaitable[None]]) -> None:
        if delivery in self._open[delivery.consumer]:
            await how(delivery.token)
            self._open[delivery.consumer].discard(delivery)
        self._say(Settled(delivery))

    def _not_begun(self, delivery: Delivery) -> None:
        """The broker counts this delivery. A stranger's message may have no id: then so do we."""
        if ident := delivery.attributes.get("id"):
            self._returned[delivery.consumer, ident] += 1

    async def _consume(self, consumer: str, event: str) -> None:
        """Where that fails the connection is given up, and the next one consumes all that is bound."""
        take = partial(self._take, consumer, event)
        try:
            async with self._within(CONSUME_S):
                await self._link.consume(consumer, event, self._bound[consumer, event], take)
        except link.BROKEN as error:
            if self.closing.is_set():
                raise
            self._lost(error)

    async def _take(self, consumer: str, event: str, message: DeliveredMessage) -> None:
        headers = message.header.properties.headers or {}
        attributes = names.attributes_of(headers)
        returned = self._returned.get((consumer, attributes.get("id", "")), 0)
        attempt = max(1, 1 + names.attempts_before(headers) - returned)
        again = ", redelivered" if message.redelivered else ""
        queue = names.queue_name(self._run, consumer, event).removeprefix(self._run)
        place = f"queue …{queue}, delivery tag {message.delivery_tag}{again}"
        lease = Lease(time.monotonic() + self._lease_s, self._lease_s == names.USUAL_LEASE_S)
        delivery = Delivery(consumer, event, attributes, message.body, attempt, place, message, lease=lease)
        self._open[consumer].add(delivery)
        self._say(Delivered(delivery))

    # A connection that a fault of the scenario cuts

    def cut(self) -> None:
        """From now on nothing comes through, until `mend` was called as often."""
        self._cuts += 1
        if self._cuts == 1:
            self._cuts_unsaid += 1
            self._way.clear()
            self._loop.cut()
            self._lost(ConnectionResetError("cut off"))

    def mend(self) -> None:
        """One of those who have cut us off is done."""
        self._cuts -= 1
        if not self._cuts:
            self._loop.mend()
            self._way.set()

    async def _uncut(self) -> None:
        """Say that nothing comes through, and wait while that is so."""
        for _ in range(self._cuts_unsaid):
            self._say(CutOff())
        self._cuts_unsaid = 0
        await self._way.wait()

    # A connection that is lost

    async def _carry_out(self, order: Order) -> None:
        while not await self._did(order):
            if self.closing.is_set() or not await self._recover():
                break

    async def _did(self, order: Order) -> bool:
        """Whether it was carried out; False where the connection is gone."""
        if self._is_lost:
            return False
        try:
            if (coming := order()) is not None:
                if order == self.clean:
                    await coming
                else:
                    async with self._within(ANSWER_S):
                        await coming
        except link.BROKEN as error:
            if not self._is_lost:
                self._is_lost, self._why = True, error
            return False
        return True

    @contextlib.asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError then, or as soon as the connection is lost."""
        async with asyncio.timeout(min(seconds, LEAVE_S) if self._hurried.is_set() else seconds) as limit:
            self._limits.append(limit)
            try:
                yield
            finally:
                self._limits.pop()

    def hurry(self) -> None:
        """The run is to end: what is waited for now does not take long any more."""
        self._hurried.set()
        self._way.set()
        if self._limits and not self._limits[-1].expired():
            now = asyncio.get_running_loop().time()
            self._limits[-1].reschedule(min(self._limits[-1].when() or now, now + LEAVE_S))

    def _lost(self, error: BaseException | None) -> None:
        """Somebody must notice, even where nothing is ordered."""
        if not self.closing.is_set() and not self._is_lost:
            self._is_lost, self._why = True, error
            self.orders.put_nowait(_nothing)
            if self._limits and not self._limits[-1].expired():
                self._limits[-1].reschedule(0)

    async def _recover(self) -> bool:
        """Try until the broker is there again; False where it never is."""
        why = self._refused()
        self._publisher.interrupt()
        await self._link.close()  # a channel may be gone alone: what the others hold must go back
        for opened in self._open.values():
            opened.clear()
        if self._refused_in_a_row < MOST_REFUSED:
            self._outage.begin(why)
        while not self.closing.is_set():
            if self._refused_in_a_row >= MOST_REFUSED:
                self._outage.give_up(f"{self._where} refuses what it is asked{why}")
                return False
            await self._uncut()
            if await self._connected_again():
                return True
            why = self._refused()
            problem = names.why_unreachable(self._why or TimeoutError(), self._url).problem
            pause_s = self._outage.pause_after(problem)
            if pause_s is not None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._hurried.wait(), pause_s)
        return False

    def _refused(self) -> str:
        """Counts it, where what went wrong was no lost connection; then its reason, as the end of a sentence."""
        if lease_s := names.lease_in(self._why):
            self._lease_s = lease_s
            return f": it has taken back what was not acknowledged in {lease_s:g} s"
        if not link.will_happen_again(self._why):
            return ""
        self._refused_in_a_row += 1
        return f": {type(self._why).__name__}: {self._why}"

    async def _connected_again(self) -> bool:
        try:
            async with self._within(self._patience.timeout_s):
                self._link = await self._linked()
        except link.BROKEN as error:
            self._why = error
            return False
        self._is_lost, self._why = False, None
        try:
            async with self._within(ANSWER_S):
                waiting = await self._count()
                if self._announced:
                    await self._mail.announce(self._announced)
        except link.BROKEN as error:
            self._why = error
            await self._link.close()
            return False
        self._say(ConnectionRestored(tuple(waiting)))
        for consumer, event in self._bound:
            await self._consume(consumer, event)
        if not self._is_lost:
            self._outage.end()
            self._publisher.begin(self._link)
        return True

    async def _count(self) -> list[tuple[str, str, int]]:
        """How much waits for each consumer."""
        waiting: list[tuple[str, str, int]] = []
        for _ in range(MOST_COUNTS):
            before = waiting
            waiting = [(consumer, event, await self._link.declare(consumer, event)) for consumer, event in self._bound]
            if waiting == before:
                break
            await asyncio.sleep(SETTLE_S)
        return waiting

    # News

    def _say(self, news: News) -> None:
        """What comes in one turn of the loop is told at once."""
        if isinstance(news, Confirmed):
            self._refused_in_a_row = 0
            self._outage.works()
        if not self._news:
            asyncio.get_running_loop().call_soon(self._flush)
        self._news.append(news)

    def _flush(self) -> None:
        news, self._news = self._news, []
        if news:
            self._tell(news)


def _tag(delivery: Delivery) -> int:
    return link.tag_of(delivery.token)


async def _nothing() -> None:
    """An order that only wakes whoever carries out orders."""
