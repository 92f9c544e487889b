"""Kafka as an engine: a topic for each event of the run, a consumer group for each handler.

https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import ClassVar

from bus.contract.delivery import Broken, Broker, Delivery, Message, Tell
from bus.contract.spec import EngineSpec
from bus.durable.durable import DurableEngine
from bus.engines.kafka import SPEC, names
from bus.engines.kafka.admin import need_client
from bus.engines.kafka.client import Client
from bus.errors import UserError

_LOG = logging.getLogger("buslens")


class KafkaEngine(DurableEngine):
    """Each handler reads the topics at its own pace."""

    spec: ClassVar[EngineSpec] = SPEC

    def make_broker(self) -> Broker:
        """Topics for this run alone."""
        return KafkaBroker(names.address())


class KafkaBroker:
    """Hands what may block to the client's thread; the rest is done at once."""

    keeps_order: ClassVar[bool] = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = threading.Thread(target=self._run, name="engine kafka", daemon=True)

    async def open(self, run: str, tell: Tell) -> None:
        """Connect. Raises UserError."""
        await self._begin(run, "", tell)

    async def join(self, run: str, member: str, tell: Tell) -> None:
        """Connect; the run's topics must be there. Raises UserError."""
        await self._begin(run, member, tell)

    def announce(self, scenario: str) -> None:
        """By the name of a topic."""
        self._client.orders.put(lambda: self._client.announce(scenario))

    def write(self, mailbox: str, letter: bytes) -> None:
        """Into a topic of its own."""
        self._client.mail.write(mailbox, letter)

    def recount(self) -> None:
        """By what the groups have committed."""
        self._client.orders.put(self._client.recount)

    async def _begin(self, run: str, member: str, tell: Tell) -> None:
        need_client()
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._client = Client(self._url, run, tell, member)
        self._thread.start()
        try:
            await self._opened
        except asyncio.CancelledError:  # the run is to end before it has begun; the thread ends by itself
            self._begin_to_leave(clean=True)
            raise

    def publish(self, message: Message) -> None:
        """With acknowledgement from all copies of the partition."""
        self._client.publish(message)

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """From the beginning of the topic."""
        self._client.bind(consumer, event, prefetch)

    def unbind(self, consumer: str, event: str) -> None:
        """Its partitions are paused; the group keeps its place."""
        self._client.unbind(consumer, event)

    def acknowledge(self, delivery: Delivery) -> None:
        """Commit the offset behind it, as soon as all before it is settled."""
        self._client.mail.after(lambda: self._client.member_of(delivery).settle(delivery))

    def retry(self, delivery: Delivery) -> None:
        """Before anything newer. Kafka counts no attempts: we do, and commit the count beside the offset."""
        self._client.mail.after(lambda: self._client.member_of(delivery).again(delivery, attempted=True))

    def give_back(self, delivery: Delivery) -> None:
        """Not counted."""
        self._client.mail.after(lambda: self._client.member_of(delivery).again(delivery, attempted=False))

    def bury(self, delivery: Delivery, reason: str) -> None:
        """Into a topic for dead letters."""
        self._client.mail.after(lambda: self._client.bury(delivery, reason))

    def die(self, delivery: Delivery) -> None:
        """Its member leaves the group, and a new one begins where the group stands."""
        self._client.mail.after(lambda: self._client.member_of(delivery).die(delivery))

    async def close(self, *, clean: bool) -> None:
        """What was ordered is done first; without a broker it is left to `buslens clean`."""
        if not self._thread.is_alive():
            return
        self._begin_to_leave(clean=clean)
        while self._thread.is_alive():
            # Real time, whatever the engine's clock says: the thread ends by itself.
            await self._loop.run_in_executor(None, self._thread.join, 0.5)

    def _begin_to_leave(self, *, clean: bool) -> None:
        self._client.closing.set()
        if clean:
            self._client.orders.put(self._client.clean)
        self._client.orders.put(None)

    # On the client's thread

    def _run(self) -> None:
        try:
            self._client.open()
        except Exception as error:
            self._answer(error)
            return
        self._answer(None)
        try:
            self._client.serve()
        except Exception as error:
            _LOG.exception("Kafka's client failed")
            self._tell([Broken(f"Kafka's client failed: {type(error).__name__}: {error}")])

    def _answer(self, error: Exception | None) -> None:
        def answer() -> None:
            if not self._opened.done():  # whoever asked may have gone away meanwhile
                self._opened.set_exception(error) if error else self._opened.set_result(None)

        if error is not None and not isinstance(error, UserError):
            _LOG.error("Kafka's client failed", exc_info=error)
            error = UserError(f"Kafka's client failed: {type(error).__name__}: {error}")
        with contextlib.suppress(RuntimeError):  # its loop is closed: the run is over
            self._loop.call_soon_threadsafe(answer)
