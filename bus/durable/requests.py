"""What the broker was asked and has not answered; and what is wrong with it, as one sentence for a person."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SILENT_S = 3.0
"""So long a broker may take to answer before anybody is told; a busy one takes some tenths."""


class Requests:
    """Told from any thread, and read from any."""

    def __init__(self, engine: str, now: Callable[[], float] = time.monotonic) -> None:
        """engine: its id, as a person reads it. now: seconds of a clock that no run stops."""
        self._engine, self._now = engine, now
        self._lock = threading.Lock()
        self.open = 0
        """How many it has not answered."""

        self._cuts = 0
        self._is_cut_off = False
        self._unread = 0
        self._gone_at: float | None = None
        self._why = ""
        self._again_at: float | None = None
        self._moved_at = now()
        """When the broker said something last, or was asked for the first time after it had answered all."""

    def asked(self) -> None:
        """One more."""
        with self._lock:
            if not self.open:
                self._moved_at = self._now()
            self.open += 1

    def answered(self) -> None:
        """One fewer."""
        with self._lock:
            self.open -= 1

    def cut(self) -> None:
        """A fault of the scenario cuts us off; the first one is answered when nothing comes through."""
        self._cuts += 1
        if self._cuts == 1:
            self.asked()

    def cut_off(self) -> None:
        """Nothing comes through now, unless it is over already."""
        self.answered()
        self._is_cut_off = self._cuts > 0

    def mended(self) -> None:
        """One such fault is over."""
        self._cuts -= 1
        self._is_cut_off = self._is_cut_off and self._cuts > 0

    @property
    def is_cut_off(self) -> bool:
        """Whether nothing can be answered before such a fault is over."""
        return self._is_cut_off

    def news_came(self) -> None:
        """It said something, which the engine's loop has not come to: until then it is not the broker that is slow."""
        with self._lock:
            self._moved_at = self._now()
            self._unread += 1

    def news_read(self) -> None:
        """The engine's loop has."""
        with self._lock:
            self._unread -= 1

    def gone(self, why: str, again_s: float | None = None) -> None:
        """It cannot be reached, why, and in how many seconds it is tried again; None: now."""
        now = self._now()
        self._gone_at = now if self._gone_at is None else self._gone_at
        self._why = why
        self._again_at = None if again_s is None else now + again_s

    def back(self) -> None:
        """It can be reached again."""
        self._gone_at = None
        self._moved_at = self._now()

    def trouble(self) -> str:
        """That it is gone, or owes an answer for longer than it should; empty while all is well."""
        now, gone_at, again_at = self._now(), self._gone_at, self._again_at
        if gone_at is not None and self._is_cut_off:
            return f"{self._engine} is gone for {now - gone_at:.0f} s: a fault of the scenario lets nothing through"
        if gone_at is not None:
            soon = "now" if again_at is None or again_at <= now else f"in {again_at - now:.0f} s"
            return f"{self._engine} is gone for {now - gone_at:.0f} s: {self._why}, trying again {soon}"
        silent = now - self._moved_at
        if self.open <= 0 or self._unread or silent < SILENT_S:
            return ""
        return f"{self._engine} has not answered for {silent:.0f} s"
