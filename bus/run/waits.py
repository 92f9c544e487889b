"""Who of a run waits for its clock: calls inside of a step, the script between two steps, and attempts to come."""

from __future__ import annotations

import itertools
from itertools import starmap
from typing import Literal

from bus.runtime.clock import NEVER, Clock
from bus.runtime.state import Waiting


class TimedWaits:
    """All that wait for a time now. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[int, tuple[Literal["wait", "script", "retry"], str, str, int | None]] = {}
        """Of each its Waiting, which is only made for who looks."""

        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def all(self) -> list[Waiting]:
        """In the order in which they began to wait."""
        return list(starmap(Waiting, list(self._waiting.values())))

    def begin(self, kind: Literal["wait", "script", "retry"], ns: int, event: str, handler: str) -> int:
        """Somebody waits so many nanoseconds, NEVER for ever; the number by which `end` knows it."""
        number = next(self._numbers)
        due = None if ns >= NEVER else self._clock.time_ns() + ns
        self._waiting[number] = (kind, event, handler, due)
        return number

    def end(self, number: int) -> None:
        """It waits no longer."""
        del self._waiting[number]
