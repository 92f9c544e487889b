"""The SQL tab: ask the trace, see the answer, and go from a row to what it is about."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.session import Session
from bus.trace.query import MOST_ROWS, READY, Query, Result
from bus.trace.sql_tables import TABLES
from ui.jobs import LatestJob
from ui.panels.sql_answer import Answer
from ui.panels.sql_editor import SqlEditor
from ui.panels.tables_text import count
from ui.theme import ThemeSource

FIRST = next(iter(READY.values()))


class SqlTab(QWidget):
    """One query at a time, beside the Qt thread; the last answer stays until the next one is there."""

    item_wanted = Signal(str, int)
    """ "dispatch" or "call", and its id."""

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._themes = themes
        self._query: Query | None = None
        self._job: LatestJob | None = None
        self.answer = Answer(self)
        self._make_inputs()
        self._make_view()
        self._place()
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self._colour_said()

    def run(self) -> None:
        """Ask what stands in the editor."""
        self.cancel()
        self._say("asking …")
        try:
            self._query = Query(self._session.trace, self.text.toPlainText())
        except UserError as error:
            self._refuse(error)
            return
        self.stop.setEnabled(True)
        # A job of its own, whose thread ends with it.
        self._job = LatestJob(self)
        self._job.done.connect(self._show)
        self._job.failed.connect(self._refuse)
        self._job.start(self._query.run)

    def cancel(self) -> None:
        """Stop a query that runs."""
        if self._query is not None:
            self._query.cancel()
            self._end()
            self._say("cancelled")

    def _show(self, result: Result) -> None:
        self._end()
        self.answer.show_result(result)
        for column in range(len(result.columns)):
            self.view.resizeColumnToContents(column)
        rows = count(len(result.rows))
        self._say(f"the first {count(MOST_ROWS)} rows of more" if result.cut else f"{rows} rows")

    def _refuse(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, UserError):
            raise error
        self._say(str(error), wrong=True)

    def _end(self) -> None:
        self._query = None
        if self._job is not None:
            self._job.close()
            self._job.deleteLater()
            self._job = None
        self.stop.setEnabled(False)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.said.setText(text)
        self.said.setProperty("wrong", wrong)
        self._colour_said()

    def _colour_said(self) -> None:
        theme = self._themes.theme
        self.said.setStyleSheet(f"color: {theme.failed if self.said.property('wrong') else theme.muted};")

    def _choose_ready(self, place: int) -> None:
        if place > 0:
            self.text.setPlainText(READY[self.ready.itemText(place)])
            self.ready.setCurrentIndex(0)
            self.run()

    def _go_to(self, index: QModelIndex) -> None:
        found = self.answer.item(index.row())
        if found is not None:
            self.item_wanted.emit(*found)

    def _make_inputs(self) -> None:
        self.text = SqlEditor(FIRST, self)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("SQL query")
        self.text.setToolTip(f"One SELECT over {', '.join(TABLES)}; Ctrl+Return runs it, Ctrl+Space completes")
        self.text.setTabChangesFocus(True)
        self.ready = QComboBox(self)
        self.ready.addItems(["Ready-made …", *READY])
        self.ready.setAccessibleName("Ready-made queries")
        self.ready.setToolTip("Queries that most people want")
        self.ready.activated.connect(self._choose_ready)
        self.go = QPushButton("Run Query", self)
        self.go.setToolTip("Ask (Ctrl+Return)")
        self.go.clicked.connect(self.run)
        self.stop = QPushButton("Cancel", self)
        self.stop.setToolTip("Stop the query that runs")
        self.stop.setEnabled(False)
        self.stop.clicked.connect(self.cancel)
        self.said = QLabel(self)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setAccessibleName("What became of the query")
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.run)

    def _make_view(self) -> None:
        view = self.view = QTableView(self)
        view.setModel(self.answer)
        view.setAccessibleName("Answer of the query")
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.setToolTip("Double click on a row with an id selects it everywhere")
        view.horizontalHeader().setStretchLastSection(False)
        view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        view.horizontalHeader().setHighlightSections(False)
        view.verticalHeader().hide()
        view.verticalHeader().setMinimumSectionSize(1)
        view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 5)
        view.activated.connect(self._go_to)

    def _place(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.ready, self.go, self.stop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        asking = QWidget(self)
        left = QVBoxLayout(asking)
        left.setContentsMargins(8, 6, 4, 6)
        left.setSpacing(4)
        left.addWidget(self.text, 1)
        left.addLayout(buttons)
        left.addWidget(self.said)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(asking)
        splitter.addWidget(self.view)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
