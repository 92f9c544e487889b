"""Python's cyclic garbage collector, on the Qt thread alone.

It runs on whatever thread happens to allocate. With an engine beside the window that is mostly the engine's, and what
it finds may be a widget: Qt must not destroy that there, and crashes (measured: benchmarks/live_queue.py). So it is
switched off, and a timer does its work. https://docs.python.org/3/library/gc.html
"""

from __future__ import annotations

import gc
import time
from types import TracebackType

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 50
"""Between two looks: what a busy engine leaves behind meanwhile is collected in about a millisecond."""

YOUNG = 5_000
"""Objects that are new and tracked, before it is worth a look."""

FULL_SHARE = 200
"""Looking at all objects may take one part in so many of the time: of a hundred thousand events that wait it takes a
third of a second, in which the window stands still."""


class Collector(QObject):
    """Collects garbage from a timer of the Qt thread while its context is open; Python's own collecting is off."""

    def __init__(self, parent: QObject, *, sets_aside: bool = True) -> None:
        """sets_aside: what is there when its context begins; not where others have set something aside, which would
        come back with it in the end."""
        super().__init__(parent)
        self._sets_aside = sets_aside
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._was_enabled = False
        self._full_after = 0.0

    def __enter__(self) -> Collector:
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.collect()
        if self._sets_aside:
            gc.freeze()  # what the program is made of stays, and need not be looked at again
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, at: TracebackType | None) -> None:
        self._timer.stop()
        if self._sets_aside:
            gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def look(self) -> None:
        """Collect what is due, the oldest generation that is."""
        _, middle, old = gc.get_threshold()
        counts = gc.get_count()
        if counts[2] > old and counts[1] > middle and time.monotonic() >= self._full_after:
            began = time.monotonic()
            gc.collect(2)
            self._full_after = time.monotonic() + FULL_SHARE * (time.monotonic() - began)
        elif counts[1] > middle:
            gc.collect(1)
        elif counts[0] > YOUNG:
            gc.collect(0)
