"""The statistics tab: one row per event and one per handler, counted and measured from the trace."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from bus.analysis import statistics
from bus.session import Session
from ui.panels.tables_aggregates import Aggregates
from ui.theme import ThemeSource

_SHARE = 10
"""Counting may take one part in this many of the Qt thread's time."""


class StatisticsTab(QWidget):
    """Counts only while it is on the screen."""

    filter_wanted = Signal(str, str)
    """A field of the search line and a name: the rows that belong to it."""

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._not_before = 0.0
        self.by_event = Aggregates("Event", statistics.by_event, session, themes, self)
        self.by_handler = Aggregates("Handler", statistics.by_handler, session, themes, self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh_now)
        self.by_event.view.doubleClicked.connect(self._event_wanted)
        self.by_handler.view.doubleClicked.connect(self._handler_wanted)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.by_event.view)
        splitter.addWidget(self.by_handler.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def refresh(self) -> None:
        """New records came; count again soon, if anybody looks."""
        if not self.isVisible() or self._later.isActive():
            return
        wait = self._not_before - time.monotonic()
        if wait <= 0:
            self.refresh_now()
        else:
            self._later.start(int(wait * 1000) + 1)

    def refresh_now(self) -> None:
        """Count again."""
        self._later.stop()
        began = time.monotonic()
        self.by_event.refresh()
        self.by_handler.refresh()
        took = time.monotonic() - began
        self._not_before = time.monotonic() + max(took * (_SHARE - 1), 0.1)

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked is counted now."""
        super().showEvent(event)
        self.refresh_now()

    def _event_wanted(self) -> None:
        self.filter_wanted.emit("event", self.by_event.chosen_name)

    def _handler_wanted(self) -> None:
        self.filter_wanted.emit("handler", self.by_handler.chosen_name)
