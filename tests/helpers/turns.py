"""Waits by turns of the window, not by a clock: on a busy machine so many milliseconds may be no turn at all."""

from __future__ import annotations

from typing import Any


class Turns:
    """Counts how often the window looks for what is new."""

    def __init__(self, session: Any, monkeypatch: Any) -> None:
        self.count = 0
        self._pump = session.pump
        monkeypatch.setattr(session, "pump", self._turn)

    def wait(self, qtbot: Any, turns: int, patience_ms: int = 60_000) -> None:
        """Until it has looked so many times more."""
        until = self.count + turns
        qtbot.waitUntil(lambda: self.count >= until, timeout=patience_ms)

    def _turn(self, most: int = 0) -> Any:
        self.count += 1
        return self._pump(most)
