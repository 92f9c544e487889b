"""One finding: what is known of it, the chance of it over time, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from bus.errors import UserError
from bus.exploration.chance import ChancePoint
from bus.exploration.telling import Finding
from bus.exploration.words import Explored, chance_sentence, finding_lines
from ui.exploration import job
from ui.exploration.chance_plot import ChancePlot
from ui.job import Job
from ui.theme import ThemeSource
from ui.widgets.plain_text import plain_text

LONGEST_S = 12.0
COMPUTING = "From points along the run it goes on with other choices, 50 times each …"


class FindingView(QWidget):
    """Shows what is selected in the list of findings."""

    step_wanted = Signal(object)
    """A Finding, to be opened as a replay and stepped through."""

    save_wanted = Signal(object)
    """A Finding, to be written as a scenario."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._finding: Finding | None = None
        self._explored: Explored | None = None
        self._points: list[ChancePoint] = []
        self._job = Job(self)
        self._job.gave.connect(self._came)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)
        self._make_parts(themes)
        self.show_finding(None, None)

    def show_finding(self, finding: Finding | None, explored: Explored | None) -> None:
        """Show this one; None: nothing is selected."""
        self._job.forget()
        self._finding, self._explored = finding, explored
        self._points = []
        told = finding_lines(finding, explored.tally.runs) if finding is not None and explored is not None else ()
        self.says.setPlainText("\n".join(told))
        self.plot.hide()
        self.decided.hide()
        for button in (self.step, self.keep, self.when):
            button.setEnabled(finding is not None)

    def ask_when(self) -> None:
        """Find out when it was decided."""
        if self._finding is None or self._explored is None:
            return
        self._points = []
        self.when.setEnabled(False)
        self.decided.setText(COMPUTING)
        self.decided.show()
        self.plot.show()
        self.plot.show_points(())
        self._job.start_watched(job.chance, self._explored.program, self._finding)

    def close_job(self) -> None:
        """Nobody looks at it any more."""
        self._job.end(LONGEST_S)

    def _came(self, point: ChancePoint) -> None:
        self._points.append(point)
        self.plot.show_points(self._points)

    def _done(self, _: object) -> None:
        self.when.setEnabled(True)
        self.decided.setText(chance_sentence(self._points))

    def _failed(self, error: Exception) -> None:
        self.when.setEnabled(True)
        self.decided.hide()
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)

    def _want_step(self) -> None:
        self.step_wanted.emit(self._finding)

    def _want_save(self) -> None:
        self.save_wanted.emit(self._finding)

    def _make_parts(self, themes: ThemeSource) -> None:
        self.says = QPlainTextEdit(self)
        self.says.setReadOnly(True)
        self.says.setAccessibleName("What is known of the finding")
        self.plot = ChancePlot(themes, self)
        self.decided = plain_text("", self)
        self.decided.setContentsMargins(9, 0, 0, 0)  # as far in as the text of the box above the plot
        parts = QSplitter(Qt.Orientation.Vertical, self)
        parts.addWidget(self.says)
        parts.addWidget(self.plot)
        parts.setChildrenCollapsible(False)
        self.step = QPushButton("Step Through It", self)
        self.step.setToolTip("Open its replay in place of the scenario, and stop before the first emit")
        self.step.clicked.connect(self._want_step)
        self.keep = QPushButton("Save As Scenario…", self)
        self.keep.clicked.connect(self._want_save)
        self.when = QPushButton("When Was It Decided?", self)
        self.when.setToolTip("The chance of it over the time of its run")
        self.when.clicked.connect(self.ask_when)
        line = QHBoxLayout()
        line.addStretch(1)
        for button in (self.when, self.keep, self.step):
            button.setAutoDefault(False)
            line.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(parts, 1)
        rows.addWidget(self.decided)
        rows.addLayout(line)
