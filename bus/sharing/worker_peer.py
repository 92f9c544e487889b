"""A worker that has joined a run: what it records goes to the run's owner before it acknowledges anything.

So nothing that was handled is unknown to the owner, even where the worker is killed at any moment.
"""

from __future__ import annotations

import itertools
import secrets
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import ClassVar

from bus.contract import peer_messages
from bus.contract.delivery import Broker, Delivery, Message, Tell
from bus.sharing.merging import DeliveryStep

EVERY_S = 0.05
"""Between two messages, where nothing makes it hurry."""

ALIVE_S = 1.0
"""A message at least so often, though there is nothing to say."""

AT_ONCE = 10
"""The first messages, from which the owner learns how our clock goes."""

ANSWERED_S, LONGEST_S = 2.0, 8.0
"""A message without an answer is sent again after so long, and then after twice as long each time."""

MISSING_S = 0.5
"""Or after so long, where the owner answers what we wrote later: then it is missing."""

MOST_AGAIN = 100
MOST_UNANSWERED = 64 * 1024 * 1024
"""Bytes of messages that are kept for that; with more the worker leaves the run."""

OWNER_GONE_S = 30.0


def new_member() -> str:
    """A name that no other worker has."""
    return f"w-{secrets.token_hex(3)}"


class WorkerPeer:
    """A worker's side of a shared run: writes what it records to the owner, and reads the answers.

    Lives on the engine's loop.
    """

    scenario = ""
    joined: ClassVar[tuple[()]] = ()
    """Its owner knows who else is there."""

    def __init__(
        self,
        name: str,
        take: Callable[[], bytes],
        clock_ns: Callable[[], int],
        system_ns: Callable[[], int] = time.time_ns,
        most_unanswered: int = MOST_UNANSWERED,
    ) -> None:
        """take: gives the frames that were recorded since it was asked last. clock_ns: the run's clock here.

        most_unanswered: bytes of messages that are kept until the owner has answered them.
        """
        self._most_unanswered = most_unanswered
        self.member = name
        self._take = take
        self._clock_ns = clock_ns
        self._system_ns = system_ns
        self._host = socket.gethostname()
        self._echo: list[int] | None = None
        self._sent_ns = 0
        self._written = 0
        self._unanswered: OrderedDict[int, bytes] = OrderedDict()
        """By number. A broker that is killed, or a connection that breaks, may lose some."""

        self._unanswered_bytes = 0
        self._again_ns, self._patience_ns = 0, int(ANSWERED_S * 1e9)
        self.heard_ns = clock_ns()
        """When the owner has last written."""

        self.is_over = False
        """The owner says that the run is over."""

    @property
    def is_unheard(self) -> bool:
        """Whether so much is unanswered that the owner cannot keep up."""
        return self._unanswered_bytes > self._most_unanswered

    def outgoing(self) -> list[bytes]:
        """What is to be sent now, in order: what got no answer, what is new, or that we live."""
        now = self._clock_ns()
        again = self._again(now)
        frames = self._take()
        if not frames and self._written >= AT_ONCE and now - self._sent_ns < ALIVE_S * 1e9:
            return again
        return [*again, self._message(frames, now)]

    def _again(self, now: int) -> list[bytes]:
        if not self._unanswered or now < self._again_ns:
            return []
        self._patience_ns = min(2 * self._patience_ns, int(LONGEST_S * 1e9))
        self._again_ns = now + self._patience_ns
        return list(itertools.islice(self._unanswered.values(), MOST_AGAIN))

    def _message(self, frames: bytes, now: int) -> bytes:
        self._written += 1
        if not self._unanswered:
            self._again_ns = now + self._patience_ns
        fields = {
            "member": self.member,
            "host": self._host,
            "number": self._written,
            "now": now,
            "system": self._system_ns(),
            "echo": self._echo,
        }
        self._echo, self._sent_ns = None, now
        message = self._unanswered[self._written] = peer_messages.encode(fields, frames)
        self._unanswered_bytes += len(message)
        return message

    def received(self, body: bytes) -> tuple[list[DeliveryStep], None]:
        """Take in an answer of the owner; there is nothing to do for it, and nothing to answer."""
        now = self._clock_ns()
        try:
            message = peer_messages.decode(body)
        except ValueError:
            return [], None
        self.heard_ns = now
        self.is_over = self.is_over or message.fields.get("over") is True
        self._answered(message.number("number") or 0)
        times = [message.number(key) for key in ("sent", "came", "now")]
        if None not in times:
            self._echo = [*(each for each in times if each is not None), now]
        return [], None

    def _answered(self, number: int) -> None:
        """The owner has all up to this one."""
        now = self._clock_ns()
        if self._unanswered and number < next(iter(self._unanswered)):
            self._again_ns = min(self._again_ns, now + int(MISSING_S * 1e9))
        while self._unanswered and next(iter(self._unanswered)) <= number:
            self._unanswered_bytes -= len(self._unanswered.popitem(last=False)[1])
            self._patience_ns = int(ANSWERED_S * 1e9)
            self._again_ns = now + self._patience_ns

    def look(self, *, can_hear: bool) -> bool:
        """Nobody is waited for here."""
        return False

    def take(self, most: int = 0) -> bytes:
        """Nothing: its owner has the trace."""
        return b""

    def farewell(self) -> list[tuple[str, bytes]]:
        """What is left to say."""
        return [(peer_messages.OWNER, message) for message in self.outgoing()]


class ReportingBroker:
    """A broker that first sends the owner what was recorded, and then does what the engine asks for."""

    keeps_order: ClassVar[bool] = False
    """Who shares a queue with others sees none."""

    def __init__(self, broker: Broker, report: Callable[[], None]) -> None:
        self._broker = broker
        self._report = report

    async def open(self, run: str, tell: Tell) -> None:
        """Get ready; nothing is recorded yet."""
        await self._broker.open(run, tell)

    def publish(self, message: Message) -> None:
        """Send records, then publish: the owner knows of an event before others get it."""
        self._report()
        self._broker.publish(message)

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """Bind; no record depends on it."""
        self._broker.bind(consumer, event, prefetch)

    def unbind(self, consumer: str, event: str) -> None:
        """Unbind; no record depends on it."""
        self._broker.unbind(consumer, event)

    def acknowledge(self, delivery: Delivery) -> None:
        """Send records, then acknowledge: what is acknowledged is known to the owner."""
        self._report()
        self._broker.acknowledge(delivery)

    def retry(self, delivery: Delivery) -> None:
        """Send records, then ask for another attempt."""
        self._report()
        self._broker.retry(delivery)

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Send records, then make it a dead letter."""
        self._report()
        self._broker.dead_letter(delivery, reason)

    def release(self, delivery: Delivery) -> None:
        """Send records, then give it back without an attempt."""
        self._report()
        self._broker.release(delivery)

    def die(self, delivery: Delivery) -> None:
        """Send records, then let the consumer die."""
        self._report()
        self._broker.die(delivery)

    async def close(self, *, clean: bool) -> None:
        """What is on the broker belongs to the owner."""
        self._report()
        await self._broker.close(clean=False)
