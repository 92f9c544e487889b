"""Looks for the filter's words in payloads beside the Qt thread: first hits are shown while the rest is read.

Filters themselves look through no more than `FilterState.most_payloads` bytes; of what lies beyond they take what was
found here so far.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from bus.find.rows import payload_texts
from bus.session import Session
from bus.trace import Trace
from bus.trace.blob_search import Question
from ui.filter_state import FilterState
from ui.job import Job, JobChannel

SHOW_EVERY_S = 1.0
_STEP_S = 0.1


class PayloadSearch(QObject):
    """One at a time: of the filter that is in force, in the trace that is shown."""

    changed = Signal()
    """`busy`, `share` or `stopped` say something else."""

    def __init__(self, session: Session, filter_state: FilterState, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._filter = session, filter_state
        self._share = 0.0
        self._key: object = None
        self._shown_hits = 0
        self._show_after = 0.0
        self.stopped = 1.0
        """How far it came where the person ended it; 1 where it was not."""

        self._job = Job(self)
        self._job.progressed.connect(self._tell)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._done)
        filter_state.changed.connect(self._filter_changed)

    @property
    def busy(self) -> bool:
        """Whether payloads are being read."""
        return self._job.busy

    @property
    def share(self) -> float:
        """How much of them was, from 0 to 1."""
        return self._share if self.busy else self.stopped

    def refresh_records(self) -> None:
        """More payloads may be there; another trace may be."""
        if not self.busy and self.stopped >= 1.0 and self._filter.active:
            self._begin()

    def cancel(self) -> None:
        """Leave it at what was found."""
        if self.busy:
            self.stopped = self._share
            self._job.forget()
            self._filter.refresh()
            self.changed.emit()

    def close(self) -> None:
        """End the search for good; the window is closing."""
        self._job.forget()

    def _filter_changed(self) -> None:
        key = (self._session.trace.raw, payload_texts(self._filter.filter) if self._filter.active else ())
        if key == self._key:
            return
        self._key = key
        self._job.forget()
        self.stopped = 1.0
        self._begin()
        self.changed.emit()

    def _begin(self) -> None:
        texts = payload_texts(self._filter.filter) if self._filter.active else ()
        search = _Search(self._session.trace, texts)
        if search.waiting <= self._filter.most_payloads:
            return  # the filter does it by the way
        self._share, self._shown_hits, self._show_after = 0.0, 0, 0.0
        self._job.start_watched(search.run)
        self.changed.emit()

    def _tell(self, found: tuple[float, int]) -> None:
        """The first hits at once, further ones now and then: each time everything is filtered anew."""
        self._share, hits = found
        if hits > self._shown_hits and time.monotonic() >= self._show_after:
            self._shown_hits = hits
            self._show_after = time.monotonic() + SHOW_EVERY_S
            self._filter.refresh()
        self.changed.emit()

    def _done(self, _result: object) -> None:
        self._filter.refresh()
        self.changed.emit()


class _Search:
    """What runs on the other thread. The trace may grow meanwhile."""

    def __init__(self, trace: Trace, texts: tuple[Question, ...]) -> None:
        self._search, self._texts = trace.blobs.search, texts
        self.waiting = sum(self._search.waiting(text) for text in texts)

    def run(self, beside: JobChannel) -> None:
        """Look for each text to the end; shows the share that was read, and how many hits there are."""
        for text in self._texts:
            while self._search.step(text, _STEP_S):
                beside.show(self._found())
            beside.show(self._found())

    def _found(self) -> tuple[float, int]:
        left = sum(self._search.waiting(text) for text in self._texts)
        share = min(1.0, max(0.0, 1.0 - left / max(1, self.waiting)))
        return share, sum(self._search.hits(text) for text in self._texts)
