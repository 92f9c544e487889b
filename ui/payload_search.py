"""Looks for the filter's words in payloads beside the Qt thread: first hits are shown while the rest is read.

Filters themselves look through no more than `FilterState.most_payloads` bytes; of what lies beyond they take what was
found here so far.
"""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, QTimer, Signal

from bus.find.rows import payload_texts
from bus.session import Session
from bus.trace import Trace
from bus.trace.blob_search import Question
from ui.filter_state import FilterState
from ui.jobs import LatestJob

LOOK_EVERY_MS = 100
SHOW_EVERY_S = 1.0
_STEP_S = 0.1


class PayloadSearch(QObject):
    """One at a time: of the filter that is in force, in the trace that is shown."""

    changed = Signal()
    """`busy`, `share` or `stopped` say something else."""

    def __init__(self, session: Session, filter_state: FilterState, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._filter = session, filter_state
        self._work: _Work | None = None
        self._job: LatestJob | None = None
        self._key: object = None
        self._shown_hits = 0
        self._show_after = 0.0
        self.stopped = 1.0
        """How far it came where the person ended it; 1 where it was not."""

        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self._tell)
        filter_state.changed.connect(self._filter_changed)

    @property
    def busy(self) -> bool:
        """Whether payloads are being read."""
        return self._work is not None

    @property
    def share(self) -> float:
        """How much of them was, from 0 to 1."""
        return self._work.share if self._work is not None else self.stopped

    def refresh_records(self) -> None:
        """More payloads may be there; another trace may be."""
        if self._work is None and self.stopped >= 1.0 and self._filter.active:
            self._begin()

    def cancel(self) -> None:
        """Leave it at what was found."""
        if self._work is not None:
            self.stopped = self._work.share
            self._end()
            self._filter.refresh()
            self.changed.emit()

    def close(self) -> None:
        """For good."""
        self._end()

    def _filter_changed(self) -> None:
        key = (self._session.trace.raw, payload_texts(self._filter.filter) if self._filter.active else ())
        if key == self._key:
            return
        self._key = key
        self._end()
        self.stopped = 1.0
        self._begin()
        self.changed.emit()

    def _begin(self) -> None:
        texts = payload_texts(self._filter.filter) if self._filter.active else ()
        work = _Work(self._session.trace, texts)
        if work.waiting <= self._filter.most_payloads:
            return  # the filter does it by the way
        self._work = work
        self._shown_hits, self._show_after = 0, 0.0
        self._job = LatestJob(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._done)
        self._job.start(work.run)
        self._look.start()
        self.changed.emit()

    def _tell(self) -> None:
        """The first hits at once, further ones now and then: each time everything is filtered anew."""
        if self._work is not None and self._work.hits > self._shown_hits and time.monotonic() >= self._show_after:
            self._shown_hits = self._work.hits
            self._show_after = time.monotonic() + SHOW_EVERY_S
            self._filter.refresh()
        self.changed.emit()

    def _done(self, _result: object) -> None:
        self._end()
        self._filter.refresh()
        self.changed.emit()

    def _end(self) -> None:
        self._look.stop()
        if self._work is not None:
            self._work.over.set()
            self._work = None
        if self._job is not None:
            self._job.close()
            self._job.deleteLater()
            self._job = None


class _Work:
    """What runs on the other thread; the two sides share numbers and a flag. The trace may grow meanwhile."""

    def __init__(self, trace: Trace, texts: tuple[Question, ...]) -> None:
        self._search, self._texts = trace.blobs.search, texts
        self.waiting = sum(self._search.waiting(text) for text in texts)
        self.share = 0.0
        self.hits = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Look for each text to the end."""
        for text in self._texts:
            while not self.over.is_set() and self._search.step(text, _STEP_S):
                self._count()
            self._count()

    def _count(self) -> None:
        left = sum(self._search.waiting(text) for text in self._texts)
        self.share = min(1.0, max(0.0, 1.0 - left / max(1, self.waiting)))
        self.hits = sum(self._search.hits(text) for text in self._texts)
