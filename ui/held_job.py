"""Work beside the Qt thread that reads the trace in view, which stands still meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from bus.errors import UserError
from bus.session import Session
from ui.job import Job

LONGEST_S = 10.0
"""As long as one stage of such work may take to end; mostly it is some milliseconds."""


class HeldJob(QObject):
    """One at a time: what is begun takes the place of what was."""

    done = Signal(object)
    """What the function returned."""

    progressed = Signal(object)
    """How far it is."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._job = Job(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)
        self._job.progressed.connect(self.progressed)

    @property
    def busy(self) -> bool:
        """Whether a result is awaited."""
        return self._job.busy

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin work, which takes a JobChannel before its arguments, and hold the session's traces until it is over."""
        self.close()
        self._session.hold()
        self._job.start_watched(work, *arguments)

    def close(self) -> None:
        """Nobody waits for it any more."""
        if self._job.busy:
            self._job.end(LONGEST_S)
            self._session.release()

    def _done(self, result: object) -> None:
        self._session.release()
        self.done.emit(result)

    def _failed(self, error: Exception) -> None:
        self._session.release()
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)
