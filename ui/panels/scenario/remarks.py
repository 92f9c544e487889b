"""What is wrong with the scenario that is open, or may be meant otherwise: one soft line, and a menu that leads there.

The same remarks that `buslens validate` makes, found beside the Qt thread a moment after the last edit.
"""

from __future__ import annotations

import os

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from bus.errors import UserError
from bus.scenario import Document
from bus.scenario.examine import Examination
from bus.wording import several
from ui.icons import icon
from ui.job import Job
from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.link_label import LinkLabel

AFTER_MS = 300
MOST_IN_MENU = 30
LETTERS = 110
NOTHING = Examination((), ())


class Remarks(QWidget):
    """The list of warnings about the scenario; hidden while there are none."""

    line_wanted = Signal(int)
    """A line of the scenario's text."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._document: Document | None = None
        self.found = NOTHING
        self._icon = QLabel(self)
        self.link = LinkLabel(self)
        self.link.set_leads(True)
        self.link.setAccessibleName("Remarks on the scenario")
        self.link.clicked.connect(self._offer)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 4)
        row.setSpacing(6)
        row.addWidget(self._icon)
        row.addWidget(self.link, 1)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.triggered.connect(self._chosen)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(AFTER_MS)
        self._later.timeout.connect(self._look)
        self._job = Job(self)
        self._job.done.connect(self._show)
        themes.changed.connect(self._refresh)
        self.hide()

    def look_at(self, document: Document | None) -> None:
        """Another document, or another text of it."""
        self._document = document
        self.stop()
        self._later.start()

    def stop(self) -> None:
        """Nobody waits for an answer any more."""
        self._later.stop()
        self._job.forget()

    def _look(self) -> None:
        if self._document is None:
            self._show(NOTHING)
            return
        self._job.start(self._document.examination())

    def _show(self, found: Examination) -> None:
        self.stop()
        self.found = found
        self._refresh()

    def _refresh(self) -> None:
        mistakes, warnings = len(self.found.mistakes), len(self.found.warnings)
        told = [several(many, word) for many, word in ((mistakes, "mistake"), (warnings, "warning")) if many]
        self.link.setText(" and ".join(told))
        self.link.setToolTip("\n".join(self._line(each) for each in self._all()[:MOST_IN_MENU]))
        self._icon.setPixmap(icon("failed" if mistakes else "lost", self._themes.theme).pixmap(14, 14))
        self.setVisible(bool(told))

    def _all(self) -> list[UserError]:
        return [*self.found.mistakes, *self.found.warnings]

    def _offer(self) -> None:
        self.fill_menu()
        self.menu.popup(self.link.mapToGlobal(QPoint(0, 0)))

    def fill_menu(self) -> None:
        """One entry for each, in the order of gravity and then of the text."""
        self.menu.clear()
        for remark in self._all()[:MOST_IN_MENU]:
            action = QAction(one_line(self._line(remark), LETTERS).replace("&", "&&"), self.menu)
            action.setToolTip(self._line(remark))
            action.setData(remark.at.line if remark.at and not self._file_of(remark) else 0)
            self.menu.addAction(action)

    def _chosen(self, action: QAction) -> None:
        if action.data():
            self.line_wanted.emit(action.data())

    def _file_of(self, remark: UserError) -> str:
        """The included file that it is about; empty where it is about the one that is open."""
        document, at = self._document, remark.at
        if document is None or document.path is None or at is None or at.file == str(document.path):
            return ""
        return os.path.relpath(at.file, document.path.parent)

    def _line(self, remark: UserError) -> str:
        """A remark in one line: its line in the file that is open, or the included file, and its words."""
        file = self._file_of(remark)
        place = f"{f'{file}, ' if file else ''}line {remark.at.line}: " if remark.at else ""
        return f"{place}{remark.problem}{f' ({remark.hint})' if remark.hint else ''}"
