"""The other machines of a run, as a durable engine deals with them: what they write, and what is waited for in vain."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from bus.contract.delivery import Broker, Delivery, JoinableBroker, Tell
from bus.contract.peer_messages import OWNER
from bus.contract.protocol import Peer
from bus.durable.in_flight import InFlight
from bus.sharing.worker_peer import EVERY_S, ReportingBroker
from bus.wording import several

ANSWER_S = 3.0
RECOUNT_S = 5.0
"""Nothing is here, and others are waited for: after so long the broker is asked whether there is anything left."""

MOST_NAMED = 2
"""Of the handlers that events are on their way to."""


class Peers:
    """Lives on the engine's loop, but for `look` and `waits_for`: those are called by whoever reads the records."""

    def __init__(
        self,
        peer: Peer,
        broker: JoinableBroker,
        loop: asyncio.AbstractEventLoop,
        in_flight: InFlight,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """now: seconds of a clock of its own; that of the run may stand still."""
        self._now = now
        self._in_flight = in_flight
        self._peer = peer
        self._broker = broker
        self._loop = loop
        self.is_shared = False
        """Another member has written: what the broker counts is not all that is not settled."""

        self._waits_since = 0.0
        """Known to `look` alone."""

        self._answered = asyncio.Event()
        self._next: asyncio.TimerHandle | None = None

    @property
    def as_broker(self) -> Broker:
        """What the engine asks: a member tells the owner first."""
        return ReportingBroker(self._broker, self.report) if self._peer.member else self._broker

    async def open(self, run: str, tell: Tell) -> None:
        """Begin the run, or join it. Raises UserError."""
        if not self._peer.member:
            self._in_flight.waits_for_messages = True
            await self._broker.open(run, tell)
            self._broker.announce(self._peer.scenario)
            return
        await self._broker.join(run, self._peer.member, tell)
        self._report_again()
        with contextlib.suppress(TimeoutError):
            # Then its clock is known there before anything happens here.
            async with asyncio.timeout(ANSWER_S):
                await self._answered.wait()
        self.report()

    def report(self) -> None:
        """Tell the owner what is new, and what it has not answered."""
        for message in self._peer.outgoing():
            self._broker.write(OWNER, message)

    def wrote(self, message: bytes) -> list[Delivery]:
        """Read a message; deliveries that waited for it."""
        self._answered.set()
        steps, answer = self._peer.received(message)
        for step in steps:
            self._in_flight.heard(step)
        if answer is not None:
            self.is_shared = True
            self._broker.write(*answer)
        return self._in_flight.message_read()

    def look(self, *, is_waiting: bool) -> None:
        """Now and then, from one thread, which is not the engine's. is_waiting: nothing is to be done here.

        A broker that is killed may take messages along, and may come back with another count than it said: nobody waits
        for ever.
        """
        now = self._now()
        if not is_waiting:
            self._waits_since = now
        elif now - self._waits_since > RECOUNT_S:
            self._waits_since = now
            self._broker.recount()

    def waits_for(self) -> str:
        """One sentence, where nothing is left to do here; empty where nobody has joined, or nothing is waited for."""
        if not self.is_shared:
            return ""
        joined = self._peer.joined
        who = joined[0].title if len(joined) == 1 else "other machines"
        there, early = self._in_flight.with_others, self._in_flight.early
        coming = [(each.name, each.in_flight()) for each in list(self._in_flight.consumers.values())]
        parts = [f"{several(there, 'event')} with {who}"] if there else []
        parts += [f"{several(many, 'event')} on the way to {name}" for name, many in coming if many][:MOST_NAMED]
        parts += [f"the records of {several(early, 'event')} that came before them"] if early else []
        return f"waiting for {' and '.join(parts)}" if parts else ""

    def close(self) -> None:
        """The last messages."""
        if self._next is not None:
            self._next.cancel()
        for mailbox, message in self._peer.farewell():
            self._broker.write(mailbox, message)

    def _report_again(self) -> None:
        # Only a member's loop has this timer: where time is simulated one that repeats would never let it stand.
        self.report()
        self._next = self._loop.call_later(EVERY_S, self._report_again)
