"""The rows of an answer on the clipboard, as a spreadsheet takes them."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QMenu, QWidget

from ui.panels.copied import cell
from ui.panels.sql.answer import AnswerModel
from ui.widgets.empty_hint import paint_hint
from ui.widgets.line_table import LineTable

MOST_COPIED = 100_000
HEADINGS_KEYS = QKeySequence("Ctrl+Shift+C")

HINT = "No answer yet. Run Query (Ctrl+Return) shows its rows here."


class AnswerView(LineTable):
    """Copies whole rows: Ctrl+C with the names of the columns on top, Ctrl+Shift+C without."""

    export_wanted = Signal()

    def __init__(self, answer: AnswerModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._answer = answer
        self.setModel(answer)
        self.menu = QMenu(self)
        self.copy_with = self.menu.addAction("Copy with Headings\tCtrl+C")
        self.copy_with.triggered.connect(self.copy_with_headings)
        self.copy_bare = self.menu.addAction("Copy\tCtrl+Shift+C")
        self.copy_bare.triggered.connect(self.copy)
        self.menu.addSeparator()
        self.export = self.menu.addAction("Export Answer…")
        self.export.triggered.connect(self.export_wanted)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.show_menu)

    def show_menu(self, place: QPoint) -> None:
        """What can be done with the rows."""
        chosen = self.selectionModel().hasSelection()
        self.copy_with.setEnabled(chosen)
        self.copy_bare.setEnabled(chosen)
        self.export.setEnabled(self._answer.columnCount() > 0)
        self.menu.popup(self.viewport().mapToGlobal(place))

    def copy(self) -> None:
        """Copy the selected rows, without the names of the columns."""
        self._put(headings=False)

    def copy_with_headings(self) -> None:
        """The selected rows below the names of the columns."""
        self._put(headings=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Before the first answer it says what comes here."""
        super().paintEvent(event)
        if self._answer.columnCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            paint_hint(painter, self.viewport().rect(), HINT)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_with_headings()
        elif QKeySequence(event.keyCombination()) == HEADINGS_KEYS:
            self.copy()
        else:
            super().keyPressEvent(event)

    def _put(self, *, headings: bool) -> None:
        # Ranges, not indexes: everything of a hundred thousand rows is one range.
        parts: Any = self.selectionModel().selection()
        places = itertools.chain.from_iterable(range(part.top(), part.bottom() + 1) for part in parts)
        rows = sorted(set(itertools.islice(places, MOST_COPIED)))
        if rows:
            QGuiApplication.clipboard().setText(as_text(self._answer, rows, headings=headings))


def as_text(answer: AnswerModel, rows: list[int], *, headings: bool) -> str:
    """Tab-separated lines; values whole, unlike on the screen."""
    result = answer.result
    lines = ["\t".join(map(cell, result.columns))] if headings else []
    chosen = (result.rows[row] for row in rows)
    lines += ["\t".join("" if value is None else cell(str(value)) for value in row) for row in chosen]
    return "\n".join(lines) + "\n"
