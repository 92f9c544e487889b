"""A refresh that every record asks for, done so seldom that it leaves most of the Qt thread's time to others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Signal

SHARE = 10
"""A refresh may take one part in this many of the Qt thread's time."""


class Pace(QObject):
    """Paces the refresh of one view: `due` comes at once after a rest, otherwise when the rest is over."""

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._not_before_s = 0.0
        """On the clock of `time.monotonic`."""

        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.due)

    def ask(self) -> None:
        """Ask for a refresh: there is something new."""
        rest_s = self._not_before_s - time.monotonic()
        if rest_s <= 0:
            self._timer.stop()
            self.due.emit()
        elif not self._timer.isActive():
            self._timer.start(int(rest_s * 1000) + 1)

    def ask_after(self, seconds: float) -> None:
        """There is something new, which has time until nothing new came for so long."""
        self._timer.start(int(seconds * 1000))

    @contextmanager
    def measured(self, least_s: float) -> Iterator[None]:
        """Around a refresh, whoever wanted it: then rest for so long, or longer where it took its time."""
        self._timer.stop()
        began = time.monotonic()
        yield
        ended = time.monotonic()
        self._not_before_s = ended + max((ended - began) * (SHARE - 1), least_s)
