"""Runs a comparison beside the Qt thread and hands its results over one by one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from bus.comparison import ComparisonPlan, compare
from bus.engines import ENGINES
from bus.errors import UserError
from bus.scenario import Document
from bus.session import Session
from bus.wording import several
from ui.job import Job, JobChannel

LONGEST_S = 12.0
"""As long as an engine may take to end; most take some milliseconds."""


class ComparisonJob(QObject):
    """One comparison; made for it and closed after it."""

    came = Signal(object)
    """A Result."""

    progressed = Signal(object)
    """A text: what runs now, and how far it is."""

    ended = Signal()
    """After the last result, a failure, or the person's Cancel."""

    failed = Signal(object)
    """A UserError."""

    def __init__(
        self, document: Document, plan: ComparisonPlan, trusted: Callable[[str], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._comparison = _Comparison(document, plan, trusted)
        self._job = Job(self)
        self._job.gave.connect(self.came)
        self._job.progressed.connect(self.progressed)
        self._job.done.connect(self.ended)
        self._job.stopped.connect(self.ended)
        self._job.failed.connect(self._failed)

    def start(self) -> None:
        """Begin with the first engine."""
        self._job.start_watched(self._comparison.run)

    def cancel(self) -> None:
        """End it soon; the results that are there stay."""
        self._job.stop()

    def close(self) -> None:
        """Nobody waits for it any more. Its engine is let end, so that it leaves nothing behind."""
        self._job.end(LONGEST_S)

    def _failed(self, error: Exception) -> None:
        self.ended.emit()
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


class _Comparison:
    """What runs on the other thread."""

    def __init__(self, document: Document, plan: ComparisonPlan, trusted: Callable[[str], bool]) -> None:
        # Of its own: the person may edit the document meanwhile.
        self._document = document.snapshot()
        self._plan = plan
        self._trusted = trusted

    def run(self, beside: JobChannel) -> None:
        """All of it: gives each Result, and shows what runs."""
        beside.show("starting")

        def watch(session: Session) -> None:
            engine, calls = session.engine_state.engine, len(session.trace.calls)
            beside.show(f"{ENGINES[engine].id if engine in ENGINES else engine}: {several(calls, 'call')}")

        for result in compare(self._document, self._plan, self._trusted, watch):
            beside.give(result)
            beside.end_if_stopped()
