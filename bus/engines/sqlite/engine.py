"""The embedded durable engine: SQLite as a broker, on a thread of its own, with nothing to install.

A simulated run has no other thread: the log is written between the callbacks of its loop, so that the same events
share a commit each time.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from bus import system_errors
from bus.contract.delivery import (
    Bound,
    Broker,
    BrokerFailed,
    Confirmed,
    Delivered,
    Delivery,
    Died,
    Message,
    News,
    Refused,
    Settled,
    Tell,
)
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble
from bus.durable.client_thread import ClientThread, Ready
from bus.durable.durable import DurableEngine
from bus.engines.sqlite import SPEC
from bus.engines.sqlite.log import LogFull, SqliteLog
from bus.runs.sqlite_runs import RunFolder, home

MOST_A_COMMIT = 1_000
"""Orders that share a commit; more wait for the next one."""

TRIM_EVERY = 20_000
"""Events between two looks at what may be removed."""

Do = Callable[[], list[News]]
Order = Message | Delivery | Do | None
"""An event to publish, a delivery to acknowledge, whatever else is to be done; None ends it."""

_LOG = logging.getLogger("buslens")


class SqliteEngine(DurableEngine):
    """Each handler consumes the log at its own pace."""

    spec: ClassVar[EngineSpec] = SPEC

    def make_broker(self) -> Broker:
        """A log for this run alone."""
        return SqliteBroker(self._loop if self._is_simulated else None)


class _Consumer:
    """What the log's thread knows of one handler."""

    def __init__(self, prefetch: int) -> None:
        self.prefetch = prefetch
        self.events: list[str] = []
        self.open: dict[int, Delivery] = {}
        self.dry = False
        """Nothing waits for it: no need to look."""


class SqliteBroker:
    """Whatever was ordered while the last commit ran shares the next one: a burst is a batch, a lone event is not."""

    keeps_order: ClassVar[bool] = True

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """loop: that the log is written on; None: on a thread of its own."""
        self._loop = loop
        self._is_due = False
        """Whether the loop will carry orders out."""

        self._is_over = False
        """Whether it carries none out any more."""

        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._consumers: dict[str, _Consumer] = {}
        self._published: list[Message] = []
        """Not in the log yet."""

        self._batch: list[Message] = []
        """All of the commit that runs now."""

        self._since_trim = 0
        self._thread = ClientThread("sqlite", self._live, lambda _: self._orders.put(None))

    async def open(self, run: str, tell: Tell) -> None:
        """Make the run's log. Raises UserError."""
        self._tell = tell
        self._folder = RunFolder(home() / run)
        try:
            self._folder.make()
        except (OSError, sqlite3.Error) as error:
            raise system_errors.cannot_make(self._folder.path, error) from None
        try:
            if self._loop is None:
                await self._thread.start(tell)
            else:
                self._log = _opened(self._folder.log)
        except BaseException:
            self._folder.leave(clean=True)
            raise

    def publish(self, message: Message) -> None:
        """Into the next commit."""
        self._order(message)

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """From where the consumer stopped, or from the beginning of the log."""
        self._order(lambda: self._bind(consumer, event, prefetch))

    def unbind(self, consumer: str, event: str) -> None:
        """The cursor stays where it is."""
        self._order(lambda: self._unbind(consumer, event))

    def acknowledge(self, delivery: Delivery) -> None:
        """Moves the cursor."""
        self._order(delivery)

    def retry(self, delivery: Delivery) -> None:
        """At the head of what waits."""
        self._order(lambda: self._return(delivery, attempted=True))

    def release(self, delivery: Delivery) -> None:
        """At the head of what waits, not counted."""
        self._order(lambda: self._return(delivery, attempted=False))

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Into the table of dead letters."""
        self._order(lambda: self._bury(delivery, reason))

    def die(self, delivery: Delivery) -> None:
        """Forget what the consumer holds."""
        self._order(lambda: self._die(delivery))

    def disturb(self, trouble: BrokerTrouble, *, begins: bool) -> None:
        """Its disk is full: no commit works any more, and the run ends."""
        if begins:
            self._order(_on_a_full_disk)

    async def close(self, *, clean: bool) -> None:
        """What was ordered is committed first."""
        if self._loop is not None:
            self._orders.put(None)
            while not self._is_over:
                self._turn_on_loop()
            self._log.close()
        elif self._thread.was_started:
            await self._thread.end(clean=clean)
        else:
            return
        self._folder.leave(clean=clean)

    def _order(self, order: Order) -> None:
        self._orders.put(order)
        if self._loop is not None and not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._turn_on_loop)

    def _turn_on_loop(self) -> None:
        self._is_due = False
        if self._is_over:
            return
        self._is_over = not self._turn()
        if not self._orders.empty() and self._loop is not None:
            self._is_due = True
            self._loop.call_soon(self._turn_on_loop)

    # On the log's thread, where it has one

    def _live(self, ready: Ready) -> None:
        self._log = _opened(self._folder.log)
        ready()
        try:
            while self._turn():
                pass
        finally:
            self._log.close()

    def _turn(self) -> bool:
        """One commit; False after the last."""
        orders: list[Order] = [self._orders.get()]
        while len(orders) < MOST_A_COMMIT and orders[-1] is not None and not self._orders.empty():
            orders.append(self._orders.get())
        self._published, self._batch = [], []
        publishes = any(isinstance(order, Message) for order in orders)
        try:
            with self._log.commit(survives_power_cut=publishes):
                news = [one for order in orders for one in self._carry_out(order)]
                news = self._append() + news + self._deliver()
        except Exception as error:
            if not isinstance(error, sqlite3.Error):
                _LOG.exception("the log failed")
            reason = f"the log cannot be written: {system_errors.reason(error)}"
            self._tell([*(Refused(message, reason) for message in self._batch), BrokerFailed(reason)])
            return False
        if news:
            self._tell(news)
        return orders[-1] is not None

    def _carry_out(self, order: Order) -> Sequence[News]:
        match order:
            case Message():
                self._published.append(order)
                self._batch.append(order)
                return ()
            case Delivery():
                self._log.acknowledge(order.consumer, order.event, order.token)
                return (self._settled(order),)
            case None:
                return ()
        return order()

    def _append(self) -> list[News]:
        published, self._published = self._published, []
        if not published:
            return []
        events = {message.event for message in published}
        for consumer in self._consumers.values():
            consumer.dry = consumer.dry and events.isdisjoint(consumer.events)
        try:
            last = self._log.append([(each.event, each.attributes, each.body) for each in published])
        except LogFull as full:
            return [Refused(message, str(full)) for message in published]
        self._since_trim += len(published)
        if self._since_trim >= TRIM_EVERY:
            self._since_trim = 0
            self._log.trim()
        first = last - len(published) + 1
        return [Confirmed(message, f"offset {first + at}") for at, message in enumerate(published)]

    def _bind(self, consumer: str, event: str, prefetch: int) -> list[News]:
        # What was published before is part of the backlog.
        news = self._append()
        known = self._consumers.setdefault(consumer, _Consumer(prefetch))
        known.prefetch, known.dry = prefetch, False
        if event not in known.events:
            known.events.append(event)
        return [*news, Bound(consumer, event, self._log.subscribe(consumer, event))]

    def _unbind(self, consumer: str, event: str) -> list[News]:
        known = self._consumers.get(consumer)
        if known is not None and event in known.events:
            known.events.remove(event)
        return []

    def _bury(self, delivery: Delivery, reason: str) -> list[News]:
        self._log.dead_letter(delivery.consumer, delivery.event, delivery.token, reason)
        return [self._settled(delivery)]

    def _settled(self, delivery: Delivery) -> Settled:
        self._consumers[delivery.consumer].open.pop(delivery.token, None)
        return Settled(delivery)

    def _return(self, delivery: Delivery, *, attempted: bool) -> list[News]:
        consumer = self._consumers[delivery.consumer]
        consumer.open.pop(delivery.token, None)
        consumer.dry = False
        self._log.release(delivery.consumer, delivery.event, delivery.token, attempted=attempted)
        return [Settled(delivery)]

    def _die(self, during: Delivery) -> list[News]:
        consumer = self._consumers[during.consumer]
        for delivery in list(consumer.open.values()):
            self._return(delivery, attempted=delivery is during)
        return [Died(during.consumer)]

    def _deliver(self) -> list[News]:
        news: list[News] = []
        for name, consumer in self._consumers.items():
            room = consumer.prefetch - len(consumer.open)
            if consumer.dry or room <= 0 or not consumer.events:
                continue
            taken = self._log.take(name, consumer.events, room)
            consumer.dry = len(taken) < room
            for one in taken:
                delivery = Delivery(
                    *(name, one.event, one.attributes, one.body, one.attempt, f"offset {one.id}"),
                    token=one.id,
                    offset=one.id,
                )
                consumer.open[one.id] = delivery
                news.append(Delivered(delivery))
        return news


def _on_a_full_disk() -> list[News]:
    """What SQLite says there: https://www.sqlite.org/rescode.html#full"""
    raise sqlite3.OperationalError("database or disk is full")


def _opened(path: Path) -> SqliteLog:
    """Raises UserError."""
    try:
        return SqliteLog(path)
    except (OSError, sqlite3.Error) as error:
        raise system_errors.cannot_make(path, error) from None
