"""Kafka as an engine: a topic for each event of the run, a consumer group for each handler.

https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

from typing import ClassVar

from bus.contract.delivery import Broker, Delivery, Message, Tell
from bus.contract.spec import EngineSpec
from bus.durable.client_thread import ClientThread, Ready
from bus.durable.durable import DurableEngine
from bus.engines.kafka import SPEC, names
from bus.engines.kafka.admin import need_client
from bus.engines.kafka.client import Client


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
        self._thread = ClientThread("kafka", self._live, self._leave)

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
        self._client.write(mailbox, letter)

    def recount(self) -> None:
        """By what the groups have committed."""
        self._client.orders.put(self._client.recount)

    async def _begin(self, run: str, member: str, tell: Tell) -> None:
        need_client()
        self._client = Client(self._url, run, tell, member)
        await self._thread.start(tell)

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

    def release(self, delivery: Delivery) -> None:
        """Not counted."""
        self._client.mail.after(lambda: self._client.member_of(delivery).again(delivery, attempted=False))

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Into a topic for dead letters."""
        self._client.mail.after(lambda: self._client.dead_letter(delivery, reason))

    def die(self, delivery: Delivery) -> None:
        """Its member leaves the group, and a new one begins where the group stands."""
        self._client.mail.after(lambda: self._client.member_of(delivery).die(delivery))

    async def close(self, *, clean: bool) -> None:
        """What was ordered is done first; without a broker it is left to `buslens clean`."""
        await self._thread.end(clean=clean)

    def _leave(self, clean: bool) -> None:
        self._client.closing.set()
        if clean:
            self._client.orders.put(self._client.clean)
        self._client.orders.put(None)

    # On the client's thread

    def _live(self, ready: Ready) -> None:
        self._client.open()
        ready()
        self._client.serve()
