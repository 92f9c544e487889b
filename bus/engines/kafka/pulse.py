"""Whether a client of Kafka is alive, by its own statistics: one that has no connection for long is replaced.

No client's opinion counts for another: librdkafka has had versions whose clients never find a broker again that
others talk to (its issue 5301).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

EVERY_MS = 1_000


class Pulse:
    """Of one client, and of what takes its place."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._alive_at = now()

    @property
    def settings(self) -> dict[str, Any]:
        """What the client is told, so that it tells us."""
        return {"statistics.interval.ms": EVERY_MS, "stats_cb": self.told}

    @property
    def silent_s(self) -> float:
        """For how many seconds it has had no connection, or has said nothing."""
        return self._now() - self._alive_at

    def begin(self) -> None:
        """It is alive until the contrary is known."""
        self._alive_at = self._now()

    def told(self, statistics: str) -> None:
        """Called by the client while it is polled: https://github.com/confluentinc/librdkafka/blob/master/STATISTICS.md"""
        if any(broker.get("state") == "UP" for broker in json.loads(statistics).get("brokers", {}).values()):
            self.begin()
