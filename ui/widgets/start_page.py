"""The first page: what Buslens is in a sentence, the samples, the recent files, and where to drop a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from bus.scenario.samples import SAMPLES
from ui.icons import icon
from ui.theme import ThemeSource
from ui.widgets.card import Card
from ui.widgets.emptied import empty

WIDEST = 720


class StartPage(QScrollArea):
    """The page at the start: samples and recent files. What is chosen is opened elsewhere."""

    sample_wanted = Signal(str)
    file_wanted = Signal(str)
    open_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName("Start page")
        self._themes = themes
        page = QWidget(self)
        page.setObjectName("start_page")
        self._body = QWidget(page)
        self._body.setMaximumWidth(WIDEST)
        line = QHBoxLayout(page)
        line.addStretch(1)
        line.addWidget(self._body, 100)
        line.addStretch(1)
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(16, 28, 16, 24)
        self._rows.setSpacing(8)
        self._add_head()
        self._add_recent()
        self._add_samples()
        self._rows.addStretch(1)
        self.setWidget(page)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()

    def show_recent(self, paths: Sequence[Path]) -> None:
        """The files that were opened last."""
        empty(self._recent)
        for path in paths[:6]:
            card = Card(str(path), path.name, str(path.parent), self._body)
            card.wanted.connect(self.file_wanted)
            self._recent.addWidget(card)
        self._recent_title.setVisible(bool(paths))

    def refresh_theme(self) -> None:
        """Icons in the theme's colours."""
        theme = self._themes.theme
        self.open.setIcon(icon("open", theme))
        self.new.setIcon(icon("new", theme))

    def _add_head(self) -> None:
        title = QLabel("Buslens", self._body)
        title.setObjectName("start_title")
        says = QLabel("See what an event bus does: who reacts to what, when, and what went wrong.", self._body)
        says.setWordWrap(True)
        says.setProperty("muted", True)
        self.open = QPushButton("Open…", self._body)
        self.open.setToolTip("Open a scenario or a capture (Ctrl+O)")
        self.new = QPushButton("New Scenario", self._body)
        self.new.setToolTip("Begin an empty scenario (Ctrl+N)")
        for button in (self.open, self.new):
            button.setAccessibleName(button.text())
            button.setIconSize(QSize(16, 16))
        self.open.clicked.connect(self.open_wanted)
        self.new.clicked.connect(self.new_wanted)
        drop = QLabel("or drop a file anywhere on this window", self._body)
        drop.setWordWrap(True)
        drop.setProperty("muted", True)
        line = QHBoxLayout()
        line.addWidget(self.open)
        line.addWidget(self.new)
        line.addWidget(drop, 1)
        self._rows.addWidget(title)
        self._rows.addWidget(says)
        self._rows.addSpacing(6)
        self._rows.addLayout(line)

    def _add_recent(self) -> None:
        """First: who comes back goes on with what they had."""
        self._recent_title = _heading("Recent files", self._body)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        self._rows.addSpacing(12)
        self._rows.addWidget(self._recent_title)
        self._rows.addLayout(self._recent)

    def _add_samples(self) -> None:
        self._rows.addSpacing(14)
        self._rows.addWidget(_heading("Samples: each teaches one thing; open one and press F5", self._body))
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, sample in enumerate(SAMPLES):
            card = Card(sample.id, sample.title, sample.teaches, self._body)
            card.wanted.connect(self.sample_wanted)
            grid.addWidget(card, place // 2, place % 2)
        self._rows.addLayout(grid)


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName("start_heading")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
