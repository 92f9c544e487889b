"""Who of a run waits for its clock: calls inside of a step, the script between two steps, and attempts to come."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Literal

from bus.runtime.clock import NEVER, Clock
from bus.runtime.state import Waiting


class TimedWaits:
    """All that wait for a time now. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[int, Waiting] = {}
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def all(self) -> list[Waiting]:
        """In the order in which they began to wait."""
        return list(self._waiting.values())

    @contextlib.contextmanager
    def noted(self, kind: Literal["wait", "script", "retry"], ns: int, event: str, handler: str) -> Iterator[None]:
        """While somebody waits so many nanoseconds, NEVER for ever."""
        number = next(self._numbers)
        due = None if ns >= NEVER else self._clock.time_ns() + ns
        self._waiting[number] = Waiting(kind, event, handler, due)
        try:
            yield
        finally:
            del self._waiting[number]
