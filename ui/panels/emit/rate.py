"""Emits again and again at a rate, until it is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

_SHORTEST_MS = 16
"""Higher rates emit several at each turn: a window has no use for more turns than frames."""

_MOST_AT_ONCE = 1_000
"""After a stall the missed emits are not all made up for."""


class RateEmitter(QObject):
    """Owns the timer; asks for `due` emits at each turn."""

    due = Signal(int)
    running_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._per_second = 1.0
        self._began = 0.0
        self._made = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.turn)

    @property
    def running(self) -> bool:
        """Whether it goes on emitting."""
        return self._timer.isActive()

    def start(self, per_second: float) -> None:
        """Emit the first at once, then at this rate."""
        self._per_second = per_second
        self._began, self._made = self._clock(), 0
        self._timer.start(max(_SHORTEST_MS, min(round(1000 / per_second), 500)))
        self.running_changed.emit(True)
        self.turn()

    def stop(self) -> None:
        """Stop emitting."""
        if self._timer.isActive():
            self._timer.stop()
            self.running_changed.emit(False)

    def turn(self) -> None:
        """Ask for what has become due since the last turn."""
        wanted = int((self._clock() - self._began) * self._per_second) + 1
        missing = wanted - self._made
        if missing > 0:
            self._made = wanted
            self.due.emit(min(missing, _MOST_AT_ONCE))
