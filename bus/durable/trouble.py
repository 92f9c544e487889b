"""What is wrong with the broker at this moment, as one sentence for a person."""

from __future__ import annotations

import time
from collections.abc import Callable

SILENT_S = 3.0
"""So long a broker may take to answer before anybody is told; a busy one takes some tenths."""


class Trouble:
    """Written where news of the broker come, read from any thread."""

    def __init__(self, engine: str, now: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._now = engine, now
        self._gone_at: float | None = None
        self._why = ""
        self._again_at: float | None = None
        self._moved_at = now()
        """When the broker said something last, or was asked for the first time after it had answered all."""

    def gone(self, why: str, again_s: float | None = None) -> None:
        """It cannot be reached, why, and in how many seconds it is tried again; None: now."""
        now = self._now()
        self._gone_at = now if self._gone_at is None else self._gone_at
        self._why = why
        self._again_at = None if again_s is None else now + again_s

    def back(self) -> None:
        """It can be reached again."""
        self._gone_at = None
        self.moved()

    def moved(self) -> None:
        """It said something, or was asked for something while it owed nothing."""
        self._moved_at = self._now()

    def text(self, *, owes: bool) -> str:
        """Empty while all is well. owes: whether the broker has been asked for something."""
        now, gone_at, again_at = self._now(), self._gone_at, self._again_at
        if gone_at is not None:
            soon = "now" if again_at is None or again_at <= now else f"in {again_at - now:.0f} s"
            return f"{self._engine} is gone for {now - gone_at:.0f} s: {self._why}, trying again {soon}"
        silent = now - self._moved_at
        return f"{self._engine} has not answered for {silent:.0f} s" if owes and silent >= SILENT_S else ""
