"""Compares another trace with the one in view, beside the Qt thread; the one in view stands still meanwhile."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bus.analysis.diff import TraceDiff, diff
from bus.capture.loader import CaptureLoader
from bus.errors import UserError
from bus.programs import session_folder
from bus.session import Run, Session
from bus.trace import Trace
from ui.diff.lines import DifferenceLine, lines_of
from ui.job import Job, JobChannel

LONGEST_S = 10.0
"""As long as one stage of a comparison may take to end; mostly it is some milliseconds."""


class DiffJob(QObject):
    """One comparison at a time."""

    came = Signal(object, object)
    """A TraceDiff, of which A is the other one and B what is in view; and its lines."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._job = Job(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)

    @property
    def busy(self) -> bool:
        """Whether a result is awaited."""
        return self._job.busy

    def start(self, other: Run | Path) -> None:
        """Compare with a run of the session, or with a file or the folder of a session."""
        self.close()
        self._session.hold()
        self._job.start_watched(_compare, other, self._session.trace)

    def close(self) -> None:
        """Nobody waits for it any more."""
        if self._job.busy:
            self._job.end(LONGEST_S)
            self._session.release()

    def _done(self, result: tuple[TraceDiff, list[DifferenceLine]]) -> None:
        self._session.release()
        self.came.emit(*result)

    def _failed(self, error: Exception) -> None:
        self._session.release()
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


def _compare(beside: JobChannel, other: Run | Path, shown: Trace) -> tuple[TraceDiff, list[DifferenceLine]]:
    trace = session_folder.load(other) if isinstance(other, Path) else _trace_of(other)
    beside.end_if_stopped()
    found = diff(trace, shown, going_on=beside.end_if_stopped)
    return found, lines_of(found)


def _trace_of(run: Run) -> Trace:
    """Its trace, read again from its bytes where it was given up."""
    if run.trace is not None:
        return run.trace
    try:
        loading = CaptureLoader(run.raw)
        while loading.step(0.0):
            pass
    except (OSError, ValueError):
        raise UserError(f"{run.title} is not there any more") from None
    return loading.trace
