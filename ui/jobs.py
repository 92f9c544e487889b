"""Long work beside the Qt thread, of which only the newest matters: a new start makes the last one's result void."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_EVERY_MS = 10


class LatestJob(QObject):
    """Runs functions one at a time beside the Qt thread; tells the result of the one that was started last.

    What runs must not touch Qt. The result is fetched by a timer, so that no signal is ever sent from another thread
    to a widget that may be gone. Each start has a thread that ends with its work: whoever forgets a job leaves nothing.
    """

    done = Signal(object)
    failed = Signal(object)
    """The exception."""

    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turn = threading.Lock()
        """Held by the thread that works; those that were started later wait for it."""

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
        self._future = Future()
        threading.Thread(target=_do, args=(self._turn, self._future, work, arguments), name="buslens-job").start()
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


def _do(turn: threading.Lock, future: Future[Any], work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """On the thread of one start."""
    with turn:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = work(*arguments)
        except BaseException as error:  # whatever it is, whoever waits is to hear of it
            future.set_exception(error)
        else:
            future.set_result(result)
