"""Work beside the Qt thread: each start has a thread of its own, and only the newest one's result counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_EVERY_MS = 10
SHOW_EVERY = 5
"""Progress is told at every so many looks: 50 ms apart."""


class StoppedError(Exception):
    """Raised in work that was asked to end."""


class JobChannel:
    """What work and window share while it runs: how far it is, parts of its result, and whether it is still wanted."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._parts: SimpleQueue[object] = SimpleQueue()
        self.shown: object = None
        """The newest progress, in the words of whoever started the work."""

    def show(self, progress: object) -> None:
        """Say how far it is. Raises StoppedError where the work is to end."""
        self.shown = progress
        self.end_if_stopped()

    def give(self, part: object) -> None:
        """Hand over a part of the result: every one arrives, in this order."""
        self._parts.put(part)

    def end_if_stopped(self) -> None:
        """Raises StoppedError where the work is to end."""
        if self._stopped.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Ask the work to end."""
        self._stopped.set()

    def taken(self) -> list[object]:
        """Parts that were given since the last time."""
        return [self._parts.get() for _ in range(self._parts.qsize())]


class Job(QObject):
    """Runs a function on a thread that ends with it, and tells what comes of it.

    What runs must not touch Qt. All that it says is fetched by a timer, so that no signal is ever sent from another
    thread to a widget that may be gone.
    """

    done = Signal(object)
    """What the function returned."""

    failed = Signal(object)
    """The exception that it raised."""

    stopped = Signal()
    """It ended because `stop` asked for it."""

    gave = Signal(object)
    """A part of the result; all of them come before the end is told."""

    progressed = Signal(object)
    """How far it is, now and then."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._future: Future[Any] | None = None
        self._beside = JobChannel()
        self._told: object = None
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a result is awaited."""
        return self._future is not None

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin; whatever was begun before no longer counts."""
        self._begin(JobChannel(), work, *arguments)

    def start_watched(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin work that takes a JobChannel before its arguments: it can be stopped, and says how far it is."""
        beside = JobChannel()
        self._begin(beside, work, beside, *arguments)

    def stop(self) -> None:
        """Ask watched work to end; `stopped` follows where it does before it is done."""
        self._beside.stop()

    def forget(self) -> None:
        """No result is wanted any more: watched work is asked to end, and nothing is told of it."""
        self._timer.stop()
        self._beside.stop()
        if self._future is not None:
            self._future.cancel()
            self._future = None

    def end(self, patience_s: float) -> None:
        """Forget it, and wait so many seconds for it to be over."""
        future = self._future
        self.forget()
        if future is not None:
            wait([future], patience_s)

    def _begin(self, beside: JobChannel, work: Callable[..., Any], *arguments: Any) -> None:
        self.forget()
        self._beside, self._told = beside, None
        executor = ThreadPoolExecutor(1, "buslens-job")
        self._future = executor.submit(work, *arguments)
        executor.shutdown(wait=False)  # the thread ends with the work
        self._timer.start()

    def _look(self) -> None:
        future = self._future
        if future is None:
            return
        over = future.done()  # asked first: what it said until then is told before its end
        self._tell(over)
        if not over or future is not self._future:  # whoever was told may have forgotten it
            return
        self.forget()
        error = future.exception()
        if error is None:
            self.done.emit(future.result())
        elif isinstance(error, StoppedError):
            self.stopped.emit()
        else:
            self.failed.emit(error)

    def _tell(self, over: bool) -> None:
        beside = self._beside
        for part in beside.taken():
            self.gave.emit(part)
        self._looks += 1
        if beside.shown != self._told and (over or self._looks % SHOW_EVERY == 0):
            self._told = beside.shown
            self.progressed.emit(self._told)
