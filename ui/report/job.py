"""Makes the report of what is in view beside the Qt thread; the trace stands still meanwhile."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bus.analysis.problems.baseline import USUAL, Baseline, read
from bus.errors import UserError
from bus.report import Report, Wanted, gather, page
from bus.session import Session
from bus.trace import Trace
from ui.job import Job, JobChannel

LONGEST_S = 10.0
"""As long as one stage of it may take to end; mostly it is some milliseconds."""


class ReportJob(QObject):
    """One report at a time: a new one takes the place of one that is being made."""

    came = Signal(object, str, str)
    """A Report, its page, and what is wrong with the file of what is muted, empty where nothing is."""

    progressed = Signal(object)
    """The share that is done."""

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
        """Whether a report is awaited."""
        return self._job.busy

    def start(self, wanted: Wanted, baseline: Path) -> None:
        """Make the report of what is in view. baseline: the file of what is muted, if it is there."""
        self.close()
        self._session.hold()
        self._job.start_watched(_make, self._session.trace, wanted, baseline)

    def close(self) -> None:
        """Nobody waits for it any more."""
        if self._job.busy:
            self._job.end(LONGEST_S)
            self._session.release()

    def _done(self, result: tuple[Report, str, str]) -> None:
        self._session.release()
        self.came.emit(*result)

    def _failed(self, error: Exception) -> None:
        self._session.release()
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


def baseline_of(session: Session) -> Path:
    """Where what is muted stands: beside the capture or the scenario in view, else where the program was started."""
    path = session.trace.raw.path or (session.document.path if session.document else None)
    return (path.parent if path is not None else Path()) / USUAL


def _make(beside: JobChannel, trace: Trace, wanted: Wanted, baseline: Path) -> tuple[Report, str, str]:
    muted, wrong = _muted(baseline)
    report = gather(trace, trace.raw.path, wanted, muted, beside.show)
    return report, page(report, trace.span_ns[0]), wrong


def _muted(path: Path) -> tuple[Baseline, str]:
    """What is muted: nothing where the file is wrong, which is said."""
    try:
        return (read(path), "") if path.exists() else (Baseline(), "")
    except UserError as error:
        return Baseline(), f"{error}: nothing is muted"
