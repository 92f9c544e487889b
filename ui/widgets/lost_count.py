"""How many events are lost, counted as often as it is cheap: of a large trace it may take a tenth of a second."""

from __future__ import annotations

import time

from bus.trace import Trace
from bus.trace.fates import LOST

SHARE = 20
"""A count that took so long is made again only after so many times as long."""


class LostCount:
    """The number that was counted last, and when the next count is due."""

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self._generation = -1
        self._due = 0.0
        self._number = 0

    def of(self, trace: Trace, now: float) -> int:
        """Lost events of the trace; of a moment ago where it is not due yet."""
        if trace is not self._trace or (now >= self._due and trace.generation != self._generation):
            began = time.monotonic()
            self._trace, self._generation = trace, trace.generation
            self._number = trace.fates.of(trace).count(LOST)
            self._due = now + SHARE * (time.monotonic() - began)
        return self._number

    def wait_ms(self, trace: Trace, now: float) -> int:
        """How long until it is to be asked again; 0 where the number is that of now."""
        is_current = trace is self._trace and trace.generation == self._generation
        return 0 if is_current else max(1, round(1000 * (self._due - now)))
