"""While a broker is gone: what the engine is told of that, how long is rested between two tries, and when it is enough.

The loop that tries is the client's own: one blocks its thread, another awaits. This decides, and tries nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bus.contract.delivery import BrokerFailed, ConnectionLost, News, StillUnreachable

GIVE_UP_S = 300.0
"""So long a broker may be gone before the run ends."""


class Outage:
    """Of one client, and used on its thread: again and again, whenever its broker goes away."""

    def __init__(
        self,
        where: str,
        say: Callable[[News], None],
        closing: threading.Event,
        *,
        first_pause_s: float,
        longest_pause_s: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """where: the broker, for people: "Kafka at localhost". say: tells the engine.

        closing: is set here when the broker is given up, so that nobody looks for it any more.
        first_pause_s, longest_pause_s: seconds between two tries, twice as long each time.
        now: seconds of a clock that no run stops.
        """
        self._where, self._say, self._closing, self._now = where, say, closing, now
        self._first_pause_s, self._longest_pause_s = first_pause_s, longest_pause_s
        self._pause_s = first_pause_s
        self._gone_at: float | None = None

    def begin(self, why: str = "") -> None:
        """The connection is gone. why: the end of the sentence that says so, as ": the channel was closed"."""
        self._say(ConnectionLost(f"the connection to {self._where} is gone{why}"))
        if self._gone_at is None:
            self._gone_at = self._now()

    def pause_after(self, problem: str) -> float | None:
        """A try was in vain, and why: seconds to rest before the next one; None where it is given up."""
        pause_s = self._pause_s
        self._say(StillUnreachable(problem, pause_s))
        if self._gone_at is not None and self._now() - self._gone_at > GIVE_UP_S:
            self.give_up(f"{self._where} has been gone for {GIVE_UP_S:.0f} s")
            return None
        self._pause_s = min(2 * pause_s, self._longest_pause_s)
        return pause_s

    def end(self) -> None:
        """It is there again, and does what it is asked."""
        self._gone_at = None

    def works(self) -> None:
        """It has confirmed something: the next outage begins with a short pause."""
        self._pause_s = self._first_pause_s

    def give_up(self, reason: str) -> None:
        """The run is over."""
        self._say(BrokerFailed(reason))
        self._closing.set()
