"""What is wrong with what carries a headless run's events, said on stderr as long as it lasts."""

from __future__ import annotations

import time

from app.cli_output import complain

EVERY_S = 30.0
PATIENCE_S = 1.0
"""What is over sooner is not worth a line."""


class Trouble:
    """Of one run."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._told: float | None = None

    def tell(self, text: str) -> None:
        """text: what is wrong now; empty while all is well."""
        now = time.monotonic()
        if not text:
            if self._told is not None:
                complain("the run goes on")
            self._since = self._told = None
            return
        self._since = self._since or now
        last = self._told
        if now - self._since >= PATIENCE_S and (last is None or now - last >= EVERY_S):
            self._told = now
            complain(text)
