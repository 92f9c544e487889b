"""Looks through a large trace beside the Qt thread; meanwhile records wait, so that nothing moves under the search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from bus.errors import UserError
from bus.session import Session
from bus.trace import Trace
from ui.job import Job

LARGE = 500_000
"""Dispatches and calls; less than that is looked through within a frame or two."""

Look = Callable[[Trace], Any]
"""Returns what is found; or a function that finds it while the trace goes on. It may raise StoppedError (ui/job.py)."""


class RowSearch(QObject):
    """One search at a time; of those that are wanted meanwhile the newest comes next, and the others never."""

    found = Signal(object)
    """What the look returned; only of the newest, and only while its trace is the one that is shown."""

    failed = Signal(object)
    """The exception, which is raised as well where it is no UserError."""

    overtaken = Signal()
    """It ended, and what was found is dropped because another trace is shown by now; nothing else is wanted."""

    def __init__(
        self, session: Session, parent: QObject, *, shown: Callable[[], Trace] | None = None, large: int = LARGE
    ) -> None:
        """shown: the trace that is looked through, where that may be another than the one that the session shows."""
        super().__init__(parent)
        self.large = large
        """Dispatches and calls of a trace; more of them are looked through on another thread."""

        self._session = session
        self._shown = shown or self._shown_by_session
        self._job = Job(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)
        self._job.stopped.connect(self._end)
        self._trace: Trace | None = None
        self._next: Look | None = None
        self._holds = False

    @property
    def pays(self) -> bool:
        """Whether the trace is so large that the window would feel the search."""
        trace = self._shown()
        return len(trace.dispatches) + len(trace.calls) > self.large

    @property
    def busy(self) -> bool:
        """Whether a search is running."""
        return self._job.busy

    def start(self, look: Look) -> None:
        """Begin, or be the next."""
        if self.busy:
            self._next = look
            return
        self._trace = self._shown()
        self._session.hold()
        self._holds = True
        self._job.start(look, self._trace)

    def forget(self) -> None:
        """No result is wanted any more."""
        self._next = None
        self._trace = None

    def _done(self, result: object) -> None:
        if callable(result) and self._next is None and self._trace is self._shown():
            self._release()
            self._job.start(result)
        elif self._end():
            self.found.emit(result)

    def _failed(self, error: Exception) -> None:
        if not self._end():
            return
        self.failed.emit(error)
        if not isinstance(error, UserError):
            raise error

    def _release(self) -> None:
        if self._holds:
            self._holds = False
            self._session.release()

    def _end(self) -> bool:
        """Whether anybody waits for the result of this one."""
        trace, look = self._trace, self._next
        self._next = None
        self._release()
        if look is not None:
            self.start(look)
            return False
        if trace is self._shown():
            return True
        if trace is not None:
            self.overtaken.emit()
        return False

    def _shown_by_session(self) -> Trace:
        return self._session.trace
