"""Runs a comparison beside the Qt thread and hands its results over one by one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from bus.comparison import Plan, Result, compare
from bus.engines import ENGINES
from bus.errors import UserError
from bus.scenario import Document
from bus.session import Session
from bus.wording import several
from ui.jobs import LatestJob

SHOW_EVERY_MS = 50
LONGEST_S = 12.0
"""As long as an engine may take to end; most take some milliseconds."""


class Running(QObject):
    """One comparison; made for it and closed after it."""

    came = Signal(object)
    """A Result."""

    said = Signal(str)
    """What runs now, and how far it is."""

    ended = Signal()
    """After the last result, a failure, or the person's Cancel."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, document: Document, plan: Plan, trusted: Callable[[str], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._work = _Work(document, plan, trusted)
        self._job = LatestJob(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._stopped)
        self._look = QTimer(self)
        self._look.setInterval(SHOW_EVERY_MS)
        self._look.timeout.connect(self._show)

    def start(self) -> None:
        """Begin with the first engine."""
        self._look.start()
        self._job.start(self._work.run)

    def cancel(self) -> None:
        """End it soon; the results that are there stay."""
        self._work.cancelled.set()

    def close(self) -> None:
        """Nobody waits for it any more. Its engine is let end, so that it leaves nothing behind."""
        self.cancel()
        self._look.stop()
        self._work.over.wait(LONGEST_S)
        self._job.close()

    def _show(self) -> None:
        while not self._work.results.empty():
            self.came.emit(self._work.results.get())
        self.said.emit(self._work.said)

    def _done(self, _nothing: object) -> None:
        self._show()
        self.close()
        self.ended.emit()

    def _stopped(self, error: Exception) -> None:
        self._done(None)
        if isinstance(error, UserError):
            self.failed.emit(error)
        elif not isinstance(error, _CancelledError):
            raise error


class _CancelledError(Exception):
    """Thrown through a comparison that is to stop."""


class _Work:
    """What runs on the other thread."""

    def __init__(self, document: Document, plan: Plan, trusted: Callable[[str], bool]) -> None:
        # A text of its own: the person may edit the document meanwhile.
        self._document = Document(document.text, document.path, document.title)
        self._plan = plan
        self._trusted = trusted
        self.results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self.said = ""
        self.cancelled = threading.Event()
        self.over = threading.Event()

    def run(self) -> None:
        """All of it."""
        self.said = "starting"
        try:
            for result in compare(self._document, self._plan, self._trusted, self._watch):
                self.results.put(result)
                self._end_if_cancelled()
        finally:
            self.over.set()

    def _watch(self, session: Session) -> None:
        self._end_if_cancelled()
        engine, calls = session.engine_state.engine, len(session.trace.calls)
        self.said = f"{ENGINES[engine].id if engine in ENGINES else engine}: {several(calls, 'call')}"

    def _end_if_cancelled(self) -> None:
        if self.cancelled.is_set():
            raise _CancelledError
