"""What the run has emitted and its broker has not answered, by dispatch, and in which calls that was."""

from __future__ import annotations

import threading
from collections import Counter
from typing import NamedTuple


class PendingEmit(NamedTuple):
    """One that the broker has not answered."""

    event: str
    consumers: list[str]
    """Who hears it here."""

    call: int
    """In which it was emitted; 0 outside of any."""


class PendingEmits:
    """Put into from any thread; all else on the engine's loop."""

    def __init__(self) -> None:
        self._open: dict[int, PendingEmit] = {}
        """By dispatch."""

        self._in_calls: Counter[int] = Counter()
        """By call: how many it has of these."""

        self._lock = threading.Lock()

    def put(self, dispatch: int, emit: PendingEmit) -> None:
        """It is on its way."""
        with self._lock:
            self._open[dispatch] = emit
            if emit.call:
                self._in_calls[emit.call] += 1

    def of(self, dispatch: int) -> PendingEmit:
        """What is on its way under this id."""
        return self._open[dispatch]

    def answered(self, dispatch: int) -> bool:
        """The broker has it, or will not. Whether that was the last one of its call."""
        with self._lock:
            call = self._open.pop(dispatch).call
            if not call:
                return False
            self._in_calls[call] -= 1
            if self._in_calls[call]:
                return False
            del self._in_calls[call]
            return True

    def all_answered(self, call: int) -> bool:
        """Whether nothing that was emitted in this call is on its way."""
        with self._lock:
            return not self._in_calls[call]

    def unanswered(self) -> list[tuple[str, str, int]]:
        """Consumer, event and 1 for each event that is on its way to each consumer."""
        with self._lock:
            return [(name, emit.event, 1) for emit in self._open.values() for name in emit.consumers]
