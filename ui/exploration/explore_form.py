"""What a person chooses before exploring: how many runs, or for how long; and how choices are made."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from bus.exploration.explorer import Plan
from bus.exploration.jobs import MOST_JOBS
from bus.exploration.strategies import BOUND, STRATEGIES
from ui.exploration.job import MOST_RUNS, Wanted

RUNS, SECONDS = "runs", "seconds"
USUAL = {RUNS: 1000, SECONDS: 30}
STRATEGY_TIPS = {
    "random": "Each possibility is as likely as the others: on shallow races nothing is faster",
    "pct": "Each call has a priority that is drawn; at so many choices as the bound says the highest falls",
    "delay-bounded": "What happens by itself, but for so many choices as the bound says, where the first is put off",
}
UNBOUNDED = "random"


class ExploreForm(QWidget):
    """The choices, and the buttons that begin and end it."""

    started = Signal()
    cancelled = Signal()

    def __init__(self, cores: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._make_parts(cores)
        self._is_busy = False
        self.show_busy(False)

    def wanted(self, engine: str) -> Wanted:
        """As it is chosen. engine: empty for the scenario's own."""
        amount, is_time = self.amount.value(), self.unit.currentText() == SECONDS
        plan = Plan(self.strategy.currentText(), self.bound.value(), self.seed.value())
        runs, seconds = (MOST_RUNS, float(amount)) if is_time else (amount, None)
        return Wanted(plan, runs, seconds, self.jobs.value(), self.hostile.isChecked(), engine)

    def show_busy(self, is_busy: bool) -> None:
        """Let nothing be chosen while it runs."""
        self._is_busy = is_busy
        self.start.setEnabled(not is_busy)
        self.stop.setEnabled(is_busy)
        for part in (self.amount, self.unit, self.strategy, self.seed, self.jobs, self.hostile):
            part.setEnabled(not is_busy)
        self._allow_bound()

    def _take_unit(self) -> None:
        self.amount.setValue(USUAL[self.unit.currentText()])

    def _allow_bound(self) -> None:
        name = self.strategy.currentText()
        self.strategy.setToolTip(STRATEGY_TIPS[name])
        self.bound.setEnabled(not self._is_busy and name != UNBOUNDED)

    def _make_parts(self, cores: int) -> None:
        self.amount = _number("How many", 1, 10_000_000, USUAL[RUNS], self)
        self.unit = QComboBox(self)
        self.unit.setAccessibleName("Of what")
        self.unit.addItems([RUNS, SECONDS])
        self.unit.activated.connect(self._take_unit)
        self.strategy = QComboBox(self)
        self.strategy.setAccessibleName("Strategy")
        self.strategy.addItems(list(STRATEGIES))
        self.strategy.activated.connect(self._allow_bound)
        self.bound = _number("Bound", 0, 1000, BOUND, self)
        self.seed = _number("Seed of the strategy", 0, 1_000_000_000, 0, self)
        self.jobs = _number("Processes", 1, MOST_JOBS, max(1, cores - 1), self)
        self.hostile = QCheckBox("Hostile orders", self)
        self.hostile.setToolTip("Also orders that asyncio promises not to make: any callback that is ready comes next")
        self.start = QPushButton("Explore", self)
        self.start.setDefault(True)
        self.start.clicked.connect(self.started)
        self.stop = QPushButton("Cancel", self)
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.cancelled)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(_line(QLabel("Make", self), self.amount, self.unit, QLabel("in", self), self.jobs,
                             QLabel("processes", self), None, self.stop, self.start))  # fmt: skip
        rows.addLayout(_line(QLabel("Strategy", self), self.strategy, QLabel("Bound", self), self.bound,
                             QLabel("Seed", self), self.seed, self.hostile, None))  # fmt: skip


def _number(title: str, least: int, most: int, value: int, parent: QWidget) -> QSpinBox:
    spin = QSpinBox(parent)
    spin.setRange(least, most)
    spin.setValue(value)
    spin.setAccessibleName(title)
    return spin


def _line(*parts: QWidget | None) -> QHBoxLayout:
    """None: room between what stands on the left and on the right."""
    line = QHBoxLayout()
    line.setSpacing(8)
    for part in parts:
        line.addStretch(1) if part is None else line.addWidget(part)
    return line
