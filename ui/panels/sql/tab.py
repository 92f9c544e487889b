"""The SQL tab: ask the trace, see the answer, and go from a row to what it is about."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontDatabase, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.export import answer
from bus.sql.query import READY, Query, QueryResult
from bus.sql.tables import TABLES
from bus.wording import several
from ui.job import Job
from ui.panels.sql.answer import AnswerModel
from ui.panels.sql.editor import SqlEditor
from ui.panels.sql.schema import SqlSchema
from ui.panels.sql.view import AnswerView
from ui.panels.tab import Tab, TabParts
from ui.widgets.ask import file_to_save

FIRST = next(iter(READY.values()))


class SqlTab(Tab):
    """One query at a time, beside the Qt thread; the last answer stays until the next one is there."""

    name = "SQL"

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session = parts.session
        self._themes = parts.themes
        self._query: Query | None = None
        self._job, self._writing = Job(self), Job(self)
        self._job.done.connect(self._came)
        self._job.failed.connect(self._refuse)
        self._writing.done.connect(self._wrote)
        self._writing.failed.connect(self._not_written)
        self._path = Path()
        self._holds = False
        self.answer = AnswerModel(self)
        self._make_inputs()
        self._make_view()
        self._place()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self._colour_said()

    def refresh_trace(self) -> None:
        """Another trace is in view: an answer about the one before leads nowhere, and is no longer waited for."""
        self.cancel()
        self.answer.leave_view()
        if self.answer.rowCount():
            self._say("about what was in view before: run the query again")

    def run(self) -> None:
        """Ask what stands in the editor."""
        self.cancel()
        self._say("asking …")
        self._query = Query(self._session.trace, self.text.toPlainText())
        self.stop.setEnabled(True)
        # What it may ask for is taken from the trace, which stands still meanwhile; to answer takes longer.
        self._session.hold()
        self._holds = True
        self._job.start(self._query.prepare)

    def _came(self, found: object) -> None:
        query = self._query
        if isinstance(found, QueryResult):
            self._show(found)
        elif query is not None:
            self._release()
            self._job.start(query.run)

    def cancel(self) -> None:
        """Stop a query that runs."""
        if self._query is not None:
            self._query.cancel()
            self._end()
            self._say("cancelled")

    def _show(self, result: QueryResult) -> None:
        self._end()
        self.answer.show_result(result)
        for column in range(len(result.columns)):
            self.view.resizeColumnToContents(column)
        rows = several(len(result.rows), "row")
        self.export.setEnabled(bool(result.columns))
        self._say(f"the first {rows} of more" if result.cut else rows)

    def export_answer(self) -> None:
        """Write the answer that is shown into a file of the person's choice."""
        suggestion = Path.cwd() / "answer.csv"
        path = file_to_save(self, "Export answer", suggestion, "CSV (*.csv);;JSON (*.json);;Parquet (*.parquet)")
        if path is not None:
            self.write_answer(path)

    def write_answer(self, path: Path) -> None:
        """Beside the Qt thread; its ending says as what."""
        self._path = path
        self._writing.start(answer.write, self.answer.result, path)
        self.export.setEnabled(False)

    def _wrote(self, _nothing: object) -> None:
        self.export.setEnabled(True)
        self._say(f"wrote {self._path}")

    def _not_written(self, error: Exception) -> None:
        self.export.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        self._say(str(error), wrong=True)

    def _refuse(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, UserError):
            raise error
        self._say(str(error), wrong=True)

    def _end(self) -> None:
        self._query = None
        self._release()
        self._job.forget()
        self.stop.setEnabled(False)

    def _release(self) -> None:
        if self._holds:
            self._holds = False
            self._session.release()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.status.setText(text)
        self.status.setProperty("wrong", wrong)
        self._colour_said()

    def _colour_said(self) -> None:
        theme = self._themes.theme
        self.status.setStyleSheet(f"color: {theme.failed if self.status.property('wrong') else theme.muted};")

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
        self.text.setProperty("monospace", True)
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
        self.export = QPushButton("Export Answer…", self)
        self.export.setToolTip("Write the answer as CSV, JSON or Parquet")
        self.export.setEnabled(False)
        self.export.clicked.connect(self.export_answer)
        self.status = QLabel(self)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.status.setAccessibleName("What became of the query")
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.run)

    def _make_view(self) -> None:
        view = self.view = AnswerView(self.answer, self)
        view.export_wanted.connect(self.export_answer)
        view.setAccessibleName("Answer of the query")
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.setToolTip(
            "Double click on a row with an id selects it everywhere; Ctrl+C copies rows with their headings"
        )
        view.horizontalHeader().setStretchLastSection(False)
        view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        view.horizontalHeader().setHighlightSections(False)
        view.activated.connect(self._go_to)

    def _place(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.ready, self.go, self.stop, self.export):
            buttons.addWidget(button)
        buttons.addStretch(1)
        asking = QWidget(self)
        left = QVBoxLayout(asking)
        left.setContentsMargins(8, 6, 4, 6)
        left.setSpacing(4)
        left.addWidget(self.text, 1)
        left.addLayout(buttons)
        left.addWidget(self.status)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        self.schema = SqlSchema(self)
        self.schema.wanted.connect(self.text.insert)
        splitter.addWidget(self.schema)
        splitter.addWidget(asking)
        splitter.addWidget(self.view)
        splitter.setSizes([130, 300, 450])
        for place, share in enumerate((0, 2, 3)):
            splitter.setStretchFactor(place, share)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
