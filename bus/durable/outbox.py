"""What the run has emitted and its broker has not answered, and what waits for those answers.

A call is acknowledged when all that was emitted in it is with the broker. Were it acknowledged before, whoever is
killed in between would take along what the call has caused, and nobody would do the call again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """One emit."""

    event: str
    consumers: list[str]
    """Who hears it here."""

    call: int
    """In which it was emitted; 0 outside of any."""


class Outbox:
    """Put into from any thread; all else on the engine's loop."""

    def __init__(self) -> None:
        self._sent: dict[int, Sent] = {}
        """By dispatch."""

        self._open: Counter[int] = Counter()
        """By call: emits without an answer."""

        self._then: dict[int, Callable[[], None]] = {}
        """By call that has ended: what is to be done once its emits are answered."""

        self._lock = threading.Lock()

    def put(self, dispatch: int, sent: Sent) -> None:
        """It is on its way."""
        with self._lock:
            self._sent[dispatch] = sent
            if sent.call:
                self._open[sent.call] += 1

    def of(self, dispatch: int) -> Sent:
        """What is on its way under this id."""
        return self._sent[dispatch]

    def answered(self, dispatch: int) -> None:
        """The broker has it, or will not: it is here no more."""
        with self._lock:
            call = self._sent.pop(dispatch).call
            if not call:
                return
            self._open[call] -= 1
            if self._open[call]:
                return
            del self._open[call]
            then = self._then.pop(call, None)
        if then is not None:
            then()

    def after(self, call: int, then: Callable[[], None]) -> None:
        """The call has ended: do this when all that was emitted in it is answered."""
        with self._lock:
            if self._open[call]:
                self._then[call] = then
                return
            del self._open[call]
        then()

    def unconfirmed(self) -> list[tuple[str, str, int]]:
        """Consumer, event and 1 for each event that is on its way to each consumer."""
        with self._lock:
            return [(name, sent.event, 1) for sent in self._sent.values() for name in sent.consumers]
