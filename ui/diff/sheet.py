"""The Compare With sheet: choose another run or capture, read what differs first, and go to it in what is in view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bus.analysis.diff import Line, TraceDiff, words
from bus.errors import UserError
from bus.session import Run, Session
from ui.diff.job import compare, flow
from ui.diff.lines import DifferenceLine
from ui.diff.tabs import DiffTabs
from ui.held_job import HeldJob
from ui.number_text import clock_text
from ui.runs.words import name_of
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets import ask
from ui.widgets.plain_text import plain_text, strong_text
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(1040, 560)
CAPTURE = "Captures (*.buslens)"
HINT = "Choose an earlier run above, or a capture file: the first thing that differs is told here, then everything."


class DiffSheet(WorkingSheet):
    """Compares A, which is chosen here, with B, which was in view when it opened. It does not stop the window."""

    item_wanted = Signal(object, str, object)
    """The run that B is, and kind and id of what of it a person wants to see."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, session: Session, folder: Path, themes: ThemeSource, parent: QWidget) -> None:
        """folder: where a person's captures are."""
        super().__init__(parent)
        self._session, self._folder, self._themes = session, folder, themes
        self._shown = session.runs.view
        self._found: TraceDiff | None = None
        self._job, self._flow_job = HeldJob(session, self), HeldJob(session, self)
        self._job.done.connect(self._done)
        self._flow_job.done.connect(self._flow_done)
        for job in (self._job, self._flow_job):
            job.failed.connect(self._failed)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Compare with {name_of(self._shown)}")
        self.setAccessibleName("Compare with")
        self._make_choice()
        self._make_result()
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addLayout(self._choice_line())
        rows.addWidget(self.says)
        rows.addWidget(self.doubts)
        rows.addWidget(self.tabs, 1)
        rows.addWidget(self._buttons)
        self.resize(sheet_size(SIZE, parent))
        self.compare()

    def compare(self) -> None:
        """Compare with the chosen run, if there is one."""
        other = self.choice.currentData()
        if isinstance(other, Run | Path):
            self._start(other)

    def choose_file(self) -> None:
        """Compare with a capture file."""
        path = ask.file_to_open(self, "Compare with a capture", self._folder, CAPTURE)
        if path is not None:
            self.compare_with(path)

    def compare_with(self, path: Path) -> None:
        """Compare with this file."""
        self.choice.addItem(path.name, path)
        self.choice.setCurrentIndex(self.choice.count() - 1)
        self._start(path)

    def show_found(self, found: TraceDiff, lines: Sequence[DifferenceLine]) -> None:
        """Show what came of it."""
        self._found = found
        self.says.setText(words.first_sentence(found))
        doubts = words.doubts(found)
        self.doubts.setText("\n".join(doubts))
        self.doubts.setVisible(bool(doubts))
        self.tabs.show_found(found, lines)

    def show_flow_of(self, place: int) -> None:
        """Show the flow of a difference side by side, by its place in the list."""
        if self._found is not None and not self._job.busy:
            self._flow_job.start(flow, self._found, self._found.differences[place])

    def end_work(self) -> None:
        """Nobody waits for what differs any more."""
        self._job.close()
        self._flow_job.close()

    def _done(self, result: tuple[TraceDiff, list[DifferenceLine]]) -> None:
        self.show_found(*result)

    def _flow_done(self, lines: list[Line]) -> None:
        self.tabs.show_flow(lines)

    def _start(self, other: Run | Path) -> None:
        if self._session.runs.view is not self._shown:
            self.says.setText(f"{name_of(self._shown)} is not in view any more: open this sheet again to compare.")
            return
        self.says.setText("Comparing …")
        self.doubts.hide()
        self._flow_job.close()
        self._job.start(compare, other, self._session.trace)

    def _failed(self, error: UserError) -> None:
        self.says.setText(str(error))
        self.failed.emit(error)

    def _wanted(self, kind: str, ident: int) -> None:
        self.item_wanted.emit(self._shown, kind, ident)

    def _make_choice(self) -> None:
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("A, the other one")
        others = [run for run in self._session.runs.all if run is not self._shown]
        for run in reversed(others):
            self.choice.addItem(f"{name_of(run)}  ·  {clock_text(run.began_s)}", run)
        if not others:
            self.choice.addItem("no other run")
        self.choice.activated.connect(self.compare)
        self.file = QPushButton("Capture File…", self)
        self.file.setAutoDefault(False)
        self.file.setAccessibleName("Compare with a capture file")
        self.file.clicked.connect(self.choose_file)

    def _choice_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(QLabel("A", self))
        line.addWidget(self.choice)
        line.addWidget(self.file)
        line.addSpacing(16)
        shown = QLabel(f"B  {name_of(self._shown)}, in view", self)
        shown.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(shown, 1)
        return line

    def _make_result(self) -> None:
        self.says = strong_text(HINT, self)
        self.doubts = plain_text("", self)
        self.doubts.setProperty("muted", True)
        self.doubts.hide()
        self.tabs = DiffTabs(self._themes, self)
        self.tabs.item_wanted.connect(self._wanted)
        self.tabs.flow_wanted.connect(self.show_flow_of)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._buttons.rejected.connect(self.reject)
