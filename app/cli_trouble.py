"""What is wrong with what carries a headless run's events, or what it waits for: said on stderr as long as it lasts."""

from __future__ import annotations

import time

from app.cli_output import complain

EVERY_S = 30.0
PATIENCE_S = 1.0
"""What is over sooner is not worth a line."""

LONG_S = 5.0
"""The same of a wait for others, which have work of their own."""


class TroubleOnStderr:
    """Tells trouble of one run on stderr when it has lasted some seconds, and when it is over."""

    def __init__(self, patience_s: float = PATIENCE_S, over: str = "the run goes on") -> None:
        """over: what is said when it ends; empty: nothing."""
        self._patience_s, self._over = patience_s, over
        self._since: float | None = None
        self._told: float | None = None

    def tell(self, text: str) -> None:
        """text: what is wrong now; empty while all is well."""
        now = time.monotonic()
        if not text:
            if self._told is not None and self._over:
                complain(self._over)
            self._since = self._told = None
            return
        self._since = self._since or now
        last = self._told
        if now - self._since >= self._patience_s and (last is None or now - last >= EVERY_S):
            self._told = now
            complain(text)
