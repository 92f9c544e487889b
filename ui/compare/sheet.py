"""The Compare window: choose engines, run them one after another, read the table, look at the timelines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from bus.comparison import ComparisonPlan, ComparisonResult, check
from bus.contract.boundaries import Boundary
from bus.engines import ENGINES
from bus.errors import UserError
from bus.scenario import Document
from ui.compare.job import ComparisonJob
from ui.compare.strips import Strips
from ui.compare.table import BoundaryTable, FiguresTable, needed_height
from ui.run_choices import speed_text
from ui.theme import ThemeSource
from ui.widgets.columns import Columns
from ui.widgets.working_sheet import WorkingSheet

SPEEDS = (1.0, 10.0, 100.0, math.inf)
SIZE = QSize(1180, 760)
HINT = "Choose engines and run: the same scenario on each of them, one after another."


class CompareSheet(WorkingSheet):
    """The sheet that compares engines.

    It does not stop the window, and holds the results until it is closed.
    """

    failed = Signal(object)
    """A UserError."""

    def __init__(
        self,
        document: Document,
        seed: int,
        trusted: Callable[[str], bool],
        themes: ThemeSource,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Compare engines: {document.scenario.name or document.title}")
        self._document, self._seed, self._trusted, self._themes = document, seed, trusted, themes
        self._running: ComparisonJob | None = None
        self._results: list[ComparisonResult] = []
        self._shared = True
        """Whether the height is shared out by what there is to show."""
        self._make_choices()
        self._make_results()
        rows = QVBoxLayout(self)
        rows.addWidget(self._engines_part())
        rows.addLayout(self._run_line())
        rows.addWidget(self._parts, 1)
        themes.changed.connect(self.refresh_theme)
        self.resize(SIZE.boundedTo(parent.size() - QSize(40, 40)))

    @property
    def results(self) -> list[ComparisonResult]:
        """What has come so far."""
        return list(self._results)

    def chosen(self) -> list[str]:
        """Ids of the ticked engines."""
        return [engine for engine, box in self.engines.items() if box.isChecked()]

    def run(self) -> None:
        """Begin anew with what is chosen."""
        crashes: list[Boundary | None] = [None, *(Boundary if self.crash.isChecked() else ())]
        plan = ComparisonPlan(self.chosen(), self._seed, self.speed.currentData(), crashes)
        try:
            check(plan)
        except UserError as error:
            self.says.setText(f"{error}")
            return
        self._results = []
        self._show_results()
        self._running = ComparisonJob(self._document, plan, self._trusted, self)
        self._running.came.connect(self._came)
        self._running.progressed.connect(self._say)
        self._running.failed.connect(self.failed)
        self._running.ended.connect(self._ended)
        self._running.start()
        self._allow()

    def cancel(self) -> None:
        """Stop; what is there stays."""
        if self._running is not None:
            self._running.cancel()

    def refresh_theme(self) -> None:
        """Paint in the theme's colours from now on."""
        self._show_results()

    def end_work(self) -> None:
        """End a comparison that goes on."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def _came(self, result: ComparisonResult) -> None:
        self._results.append(result)
        self._show_results()

    def _say(self, text: str) -> None:
        self.says.setText(f"Running {text}")

    def _ended(self) -> None:
        if self._running is not None:
            self._running.deleteLater()
            self._running = None
        self.says.setText(_summary(self._results))
        self._allow()

    def _show_results(self) -> None:
        theme = self._themes.theme
        calm = [result for result in self._results if result.crash is None]
        self.figures.show_results(calm, theme)
        self.matrix.show_results(self._results, theme)
        self.tables.setTabEnabled(1, any(result.crash is not None for result in self._results))
        self.strips.show_runs([(result.engine, result.trace) for result in calm if not result.problem])
        self._share_height()

    def _share_height(self) -> None:
        """The tables get what their rows need, the timelines the rest; until a person moves the border."""
        if self._shared:
            height, bar = self._parts.height(), self.tables.tabBar().sizeHint().height()
            table = self.matrix if self.tables.currentWidget() is self.matrix else self.figures
            needed = min(height // 2, bar + needed_height(table))
            self._parts.setSizes([needed, height - needed])

    def _keep_shares(self) -> None:
        self._shared = False

    def _allow(self) -> None:
        idle = self._running is None
        self.start.setEnabled(idle)
        self.stop.setEnabled(not idle)
        for choice in (*self.engines.values(), self.speed, self.crash):
            choice.setEnabled(idle)

    def _make_choices(self) -> None:
        self.engines: dict[str, QCheckBox] = {}
        for engine in ENGINES.values():
            box = QCheckBox(engine.id, self)
            box.setToolTip(engine.title)
            box.setChecked(engine.is_embedded)
            self.engines[engine.id] = box
        self.speed = QComboBox(self)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast time runs; max: waits cost nothing, and neither does what a broker takes")
        for speed in SPEEDS:
            self.speed.addItem(speed_text(speed), speed)
        self.crash = QCheckBox("Let consumers die", self)
        self.crash.setToolTip("Four more runs on each engine: every consumer dies once, each time at another moment")
        self.start = QPushButton("Compare", self)
        self.start.setDefault(True)
        self.start.clicked.connect(self.run)
        self.stop = QPushButton("Cancel", self)
        self.stop.setEnabled(False)
        self.stop.clicked.connect(self.cancel)
        for button in (self.start, self.stop):
            button.setAccessibleName(button.text())
        self.says = QLabel(HINT, self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setProperty("muted", True)
        self.says.setWordWrap(True)

    def _engines_part(self) -> Columns:
        """In lines: all engines beside one another would be wider than a small screen."""
        part = Columns(self)
        for box in self.engines.values():
            part.add(box)
        return part

    def _run_line(self) -> QHBoxLayout:
        """A line of its own: beside the engines it would be wider than a small screen."""
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.says, 1)
        for control in (self.crash, self.speed, self.start, self.stop):
            line.addWidget(control)
        return line

    def _make_results(self) -> None:
        self.figures = FiguresTable(self)
        self.matrix = BoundaryTable(self)
        self.tables = QTabWidget(self)
        self.tables.setDocumentMode(True)
        self.tables.addTab(self.figures, "Figures")
        self.tables.addTab(self.matrix, "Crashes")
        self.tables.setTabEnabled(1, False)
        self.tables.currentChanged.connect(self._share_height)
        self.strips = Strips(self._themes, self)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self.strips)
        area.setAccessibleName("Timelines")
        self._parts = QSplitter(Qt.Orientation.Vertical, self)
        self._parts.addWidget(self.tables)
        self._parts.addWidget(area)
        self._parts.setStretchFactor(0, 0)
        self._parts.setStretchFactor(1, 1)
        self._parts.setSizes([200, 520])
        self._parts.setChildrenCollapsible(False)
        self._parts.splitterMoved.connect(self._keep_shares)


def _summary(results: Sequence[ComparisonResult]) -> str:
    """How many engines ran, and which did not; why stands in their row."""
    tried = list(dict.fromkeys(result.engine for result in results))
    refused = {result.engine for result in results if result.problem}
    ran = [engine for engine in tried if engine not in refused]
    if not tried:
        return HINT
    text = f"{len(ran)} {'engine' if len(ran) == 1 else 'engines'} compared."
    return f"{text} Not: {', '.join(each for each in tried if each in refused)}." if refused else text
