"""The What If sheet: one thing of the scenario is different, over some seeds; or changes step by step, as a plot."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.modelling import what_if
from bus.modelling.changes import changed, keys_of
from bus.modelling.confidence import Estimate
from bus.modelling.run_figures import NANOSECONDS, Figure
from bus.modelling.scenario_change import ScenarioChange, read
from bus.modelling.what_if import FigureChange, SweepPoint, WhatIf
from bus.modelling.words import DIFFERS, PLUS_MINUS, estimate_text
from bus.scenario import Document
from ui.job import Job
from ui.modelling import job
from ui.modelling.rows_table import RowsTable
from ui.modelling.sweep_plot import SweepPlot
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.plain_text import plain_text, strong_text
from ui.widgets.working_sheet import WorkingSheet

SIZE = QSize(1080, 680)
LONGEST_S = 12.0
ABSENT = "is absent"
SWEPT = ("latency mean", "latency p50", "latency p95", "latency p99")
HEADS = ("of", "number", "as it is", "changed", "difference", "")
UNKNOWN = Estimate(float("nan"), float("nan"), 0)
ABOUT = (
    "The scenario runs in virtual time as it is and changed, with the same seeds; it is not changed itself. "
    "A range such as 0.5x..3x/6 changes it step by step, in six of them."
)


class WhatIfSheet(WorkingSheet):
    """Of the scenario as it was when the sheet opened. It does not stop the window."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, document: Document, trusted: job.Trusted, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._themes = document.snapshot(), themes
        self._is_trusted = trusted(document.content_hash)
        self._points: list[SweepPoint] = []
        self._found: WhatIf | None = None
        self._job = Job(self)
        self._job.done.connect(self._done)
        self._job.gave.connect(self._came)
        self._job.progressed.connect(self._say)
        self._job.stopped.connect(self._stopped)
        self._job.failed.connect(self._failed)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"What if: {document.scenario.name or document.title}")
        self.setAccessibleName("What if")
        self._make_parts()
        self.resize(sheet_size(SIZE, parent))
        self._allow()

    def ask(self) -> None:
        """Run it with what is chosen."""
        key, value, seeds = self.key.currentData(), self.value.text().strip(), self.seeds.value()
        self._points, self._found = [], None
        try:
            if key.startswith(ABSENT):
                self._compare([], [key.removeprefix(ABSENT)], seeds)
            elif what_if.is_sweep(value):
                asked = what_if.sweep_of(f"{key}={value}")
                self._check([ScenarioChange(key, asked.values[0])], [])
                self.plot.show()
                self._job.start_watched(job.sweep, self._document, asked, seeds, self._trusts)
            else:
                self._compare([read(f"{key}={value}")], [], seeds)
        except UserError as error:
            self._say(str(error))
        self.refresh()
        self._allow()

    def cancel(self) -> None:
        """Stop; what is there stays."""
        self._job.stop()

    def refresh(self) -> None:
        """Show what came so far."""
        if self._found is None:
            heads = (self.key.currentText(), *(each.removeprefix("latency ") for each in SWEPT))
            self.table.show_rows(heads, [[each.value, *(_text(each, what) for what in SWEPT)] for each in self._points])
            self.plot.show_points([(each.value, each.number, _of(each, "latency p99")) for each in self._points])
        else:
            told = [each for each in self._found.figures if each.differs or each.figure.subject == "flow"]
            self.table.show_rows(HEADS, [_row(each) for each in told])

    def end_work(self) -> None:
        """End the runs."""
        self._job.end(LONGEST_S)

    def _compare(self, asked: list[ScenarioChange], without: list[str], seeds: int) -> None:
        self._check(asked, without)
        self.plot.hide()
        self._job.start_watched(job.compare, self._document, asked, without, seeds, self._trusts)

    def _check(self, asked: list[ScenarioChange], without: list[str]) -> None:
        """Raises UserError: a mistake is said at once."""
        changed(self._document, asked, without)

    def _trusts(self, content_hash: str) -> bool:
        """A change of the scenario is as trusted as itself."""
        return self._is_trusted

    def _came(self, point: SweepPoint) -> None:
        self._points.append(point)
        self.refresh()

    def _done(self, found: WhatIf | None) -> None:
        self._found = found
        runs = f"{self.seeds.value()} runs each; {PLUS_MINUS}."
        of = "The plot shows p99 of the flow: of all that an event from outside leads to."
        told = (
            of
            if found is None
            else "As it is (A) and changed (B), times aside: "
            + " ".join(filter(None, (found.first, found.still, found.made, found.servers)))
        )
        self._say(f"{runs} {told}")
        self.refresh()
        self._allow()

    def _stopped(self) -> None:
        self._say("Cancelled.")
        self._allow()

    def _failed(self, error: Exception) -> None:
        self._allow()
        if not isinstance(error, UserError):
            raise error
        self._say(str(error))
        self.failed.emit(error)

    def _say(self, text: str) -> None:
        self.says.setText(text)

    def _allow(self) -> None:
        idle = not self._job.busy
        self.start.setEnabled(idle)
        self.stop.setEnabled(not idle)
        for choice in (self.key, self.seeds):
            choice.setEnabled(idle)
        self.value.setEnabled(idle and not str(self.key.currentData()).startswith(ABSENT))

    def _make_parts(self) -> None:
        self.says = strong_text(PLUS_MINUS, self)
        self.table = RowsTable("As it is and changed", self)
        self.plot = SweepPlot(self._themes, self)
        self.plot.hide()
        parts = QSplitter(Qt.Orientation.Vertical, self)
        for part in (self.plot, self.table):
            parts.addWidget(part)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 2)
        parts.setChildrenCollapsible(False)
        about = plain_text(ABOUT, self)
        about.setProperty("muted", True)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addLayout(self._choices())
        rows.addWidget(self.says)
        rows.addWidget(parts, 1)

    def _choices(self) -> QHBoxLayout:
        self.key = QComboBox(self)
        self.key.setAccessibleName("What is different")
        for title, key in _keys(self._document):
            self.key.addItem(title, key)
        self.key.activated.connect(self._allow)
        self.value = QLineEdit("2x", self)
        self.value.setAccessibleName("How")
        self.value.setToolTip(
            "A factor such as 2x, a value such as 20ms, or a range such as 0.5x..3x/6 or 50/s..200/s/4"
        )
        self.seeds = QSpinBox(self)
        self.seeds.setRange(1, 1000)
        self.seeds.setValue(what_if.SEEDS)
        self.seeds.setAccessibleName("Runs of each")
        self.start = QPushButton("Run", self)
        self.start.setDefault(True)
        self.start.clicked.connect(self.ask)
        self.stop = QPushButton("Cancel", self)
        self.stop.clicked.connect(self.cancel)
        line = QHBoxLayout()
        line.setSpacing(8)
        for part in (QLabel("What if", self), self.key, self.value, QLabel("Runs", self), self.seeds):
            line.addWidget(part)
        line.addStretch(1)
        for button in (self.start, self.stop):
            line.addWidget(button)
        return line


def _keys(document: Document) -> list[tuple[str, str]]:
    """What may be different, as people read it and as it is asked."""
    return [
        *((key, key) for key in keys_of(document.scenario)),
        *((f"{name} {ABSENT}", f"{ABSENT}{name}") for name in document.scenario.handlers),
    ]


def _row(change: FigureChange) -> list[str]:
    figure = change.figure
    return [
        figure.subject,
        figure.what,
        estimate_text(change.original, figure.unit),
        estimate_text(change.changed, figure.unit),
        estimate_text(change.difference, figure.unit, signed=True),
        DIFFERS[change.differs],
    ]


def _of(point: SweepPoint, what: str) -> Estimate:
    return point.figures.get(Figure("flow", what, NANOSECONDS), UNKNOWN)


def _text(point: SweepPoint, what: str) -> str:
    return estimate_text(_of(point, what), NANOSECONDS)
