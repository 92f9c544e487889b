"""While breakpoints hold deliveries: how many and where, and what can be done at once. It never takes the focus."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from bus.session import Session
from ui.breakpoints.words import held_line
from ui.icons import icon
from ui.theme import ThemeSource

TICK_MS = 1_000
"""A countdown is shown in seconds."""


class HeldBar(QFrame):
    """A bar that tells what is held; hidden while nothing is."""

    next_wanted = Signal()
    all_wanted = Signal()
    list_wanted = Signal()

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("held_bar")
        self.setAccessibleName("Held deliveries")
        self._session, self._themes = session, themes
        self._icon = QLabel(self)
        self.says = QLabel(self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        self.says.setAccessibleName("What is held")
        self.next = self._button("Release Next", "Let the delivery go on that is held longest, and only that")
        self.every = self._button("Release All", "Let all of them go on; breakpoints hold what comes next")
        self.more = self._button("Show…", "Choose one, edit its payload, drop it, duplicate it, or let it go on later")
        self.next.clicked.connect(self.next_wanted)
        self.every.clicked.connect(self.all_wanted)
        self.more.clicked.connect(self.list_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 5, 8, 5)
        line.setSpacing(6)
        line.addWidget(self._icon)
        line.addWidget(self.says, 1)
        for button in (self.next, self.every, self.more):
            line.addWidget(button)
        self._ticks = QTimer(self)
        self._ticks.setInterval(TICK_MS)
        self._ticks.timeout.connect(self._count_down)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    def refresh_engine(self) -> None:
        """More is held, or less."""
        self._count_down()
        self.setVisible(bool(self.says.text()))
        if any(each.lease is not None for each in self._session.engine_state.held):
            self._ticks.start()
        else:
            self._ticks.stop()

    def refresh_theme(self) -> None:
        """The icon in the theme's colours."""
        self._icon.setPixmap(icon("pause", self._themes.theme).pixmap(16, 16))

    def _count_down(self) -> None:
        text = held_line(self._session.engine_state, time.monotonic())
        if text != self.says.text():
            self.says.setText(text)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAccessibleName(text.rstrip("…"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
