"""Long work beside the Qt thread, of which only the newest matters: a new start makes the last one's result void."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_EVERY_MS = 10


class LatestJob(QObject):
    """Runs functions one at a time on a thread of its own; tells the result of the one that was started last.

    What runs must not touch Qt. The result is fetched by a timer, so that no signal is ever sent from another thread
    to a widget that may be gone.
    """

    done = Signal(object)
    failed = Signal(object)
    """The exception."""

    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Its thread ends when nobody holds the executor any more, or at `close`.
        self._executor = ThreadPoolExecutor(1, "buslens-job")
        self._future: Future[Any] | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self._fetch)

    @property
    def busy(self) -> bool:
        """Whether a result is awaited."""
        return self._future is not None

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin; whatever was begun before no longer counts."""
        self._drop()
        self._future = self._executor.submit(work, *arguments)
        self._look.start()
        self.busy_changed.emit(True)

    def cancel(self) -> None:
        """No result is wanted any more."""
        if self.busy:
            self._drop()
            self.busy_changed.emit(False)

    def close(self) -> None:
        """For good; waits for nothing."""
        self._drop()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _drop(self) -> None:
        self._look.stop()
        if self._future is not None:
            self._future.cancel()
            self._future = None

    def _fetch(self) -> None:
        future = self._future
        if future is None or not future.done():
            return
        self._drop()
        self.busy_changed.emit(False)
        error = future.exception()
        if error is not None:
            self.failed.emit(error)
        else:
            self.done.emit(future.result())
