"""Turns what the session has that is new into Qt signals: in batches, at most once a frame, never one an event.

Where an engine records faster than the window can show, its records are taken in by small parts, each in a turn of the
loop of its own: between two parts the window hears the mouse, and is painted.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Qt, QTimer, Signal

from bus.errors import UserError
from bus.scenario import Document
from bus.session import AT_REST, Session

FRAME_MS = 16
"""60 frames a second while an engine lives or a capture is being opened."""

FACTS_A_TURN = 500
"""About so many are taken in at once: some milliseconds."""

IDLE_MS = 100
"""How soon an engine is noticed that a panel started without telling the bridge."""


class Bridge(QObject):
    """The only place where the session is pumped while there is a window."""

    records_arrived = Signal()
    engine_changed = Signal()
    document_changed = Signal()
    trace_replaced = Signal()
    """Another run or capture: ids of before mean nothing any more."""

    failed = Signal(object)
    """A UserError: what the engine says of its end."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._trace = session.trace
        self._engine_state = session.engine_state
        self._document = self._document_now()
        self._has_news = False
        """Records were taken in, and nobody has heard of them."""

        self._told_s = 0.0
        """When somebody has last, on the clock of `time.monotonic`."""

        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(IDLE_MS)
        turns = QAbstractEventDispatcher.instance()
        turns.awake.connect(self._turn_began)
        turns.aboutToBlock.connect(self._turn_ended)

    def touch(self) -> None:
        """Look at once what is new; also to be called after a verb."""
        self._take()
        self._tell()

    def _tick(self) -> None:
        """One turn: taking in a part or telling of those before, so that none is long; both where it is little."""
        running, is_due = self._session.running, time.monotonic() - self._told_s >= FRAME_MS / 1000
        if not (running.has_more and self._has_news and is_due):
            self._take()
            if running.has_more and self._session.trace is self._trace:
                return
        self._tell()

    def _take(self) -> None:
        arrived = self._session.pump(FACTS_A_TURN)
        self._has_news = self._has_news or arrived
        at_rest = self._session.engine_state.phase in AT_REST and self._session.loading is None
        wanted = 0 if self._session.running.has_more else IDLE_MS if at_rest else FRAME_MS
        if self._timer.isActive() and self._timer.interval() != wanted:
            self._timer.setInterval(wanted)

    def _tell(self) -> None:
        self._tell_document()
        if self._session.trace is not self._trace:
            # The same capture without its oldest records: ids of before mean what they meant.
            same = self._session.trace.raw is self._trace.raw
            self._trace = self._session.trace
            if not same:
                self.trace_replaced.emit()
            self._has_news = True
        if self._has_news:
            self._has_news, self._told_s = False, time.monotonic()
            self.records_arrived.emit()
        self._tell_engine()

    def close(self) -> None:
        """Stop pumping the session; the window is closing."""
        self._timer.stop()

    def _turn_began(self) -> None:
        self._session.running.turn_began()

    def _turn_ended(self) -> None:
        self._session.running.turn_ended()

    def _tell_document(self) -> None:
        document = self._document_now()
        if document != self._document:
            self._document = document
            self.document_changed.emit()

    def _tell_engine(self) -> None:
        before, now = self._engine_state, self._session.engine_state
        if now == before:
            return
        self._engine_state = now
        self.engine_changed.emit()
        if now.phase == "failed" and before.phase != "failed":
            self.failed.emit(UserError(now.message or "the engine stopped unexpectedly"))

    def _document_now(self) -> tuple[Document | None, int, bool, str]:
        """What makes a document look another one.

        The document itself, not its id: the address of one that is gone may be that of the next.
        """
        document = self._session.document
        if document is None:
            return None, 0, False, ""
        return document, document.revision, document.dirty, str(document.path)
