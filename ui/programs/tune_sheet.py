"""Change what is recorded of a program while it runs: which of its buses, and what of payloads."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QListWidget, QListWidgetItem, QWidget

from bus.programs import reaching
from bus.programs.listing import ListedProcess
from bus.programs.reaching import LEVELS, ReachedProgram
from ui.programs.reach import ReachSheet
from ui.theme import ThemeSource

SIZE = QSize(560, 480)
ABOUT = (
    "From the next dispatch on. The capture says from when on something is not recorded. Secrets stay replaced, and "
    "who subscribes is recorded always."
)
_TITLES = dict(zip(LEVELS, ("not recorded", "fields and types alone", "in full"), strict=True))
_CHECKED, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class TuneSheet(ReachSheet):
    """One process."""

    def __init__(self, process: ListedProcess, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Change Recording of", ABOUT, "Change", process, themes, parent)
        self.payloads = QComboBox(self)
        self.payloads.setAccessibleName("Payloads")
        self.buses = QListWidget(self)
        self.buses.setAccessibleName("Buses that are recorded")
        rows = QFormLayout(self.form)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        rows.addRow("Payloads", self.payloads)
        rows.addRow("Buses", self.buses)
        self.action.clicked.connect(self._tune)
        self.begin(SIZE)

    def show_program(self, found: ReachedProgram) -> None:
        self.payloads.clear()
        for level in LEVELS[: LEVELS.index(found.most_payloads) + 1]:
            self.payloads.addItem(_TITLES[level], level)
        self.payloads.setCurrentIndex(max(self.payloads.findData(found.payloads), 0))
        self.buses.clear()
        for bus in found.buses:
            item = QListWidgetItem(bus.name, self.buses)
            item.setToolTip(f"{bus.name} ({bus.library})")
            item.setCheckState(_CHECKED if bus.is_recorded else _OFF)

    def refresh_action(self) -> None:
        self.action.setEnabled(self.payloads.count() > 0 and not (self.doing.busy or self.looking.busy))

    def left_out(self) -> list[str]:
        """Buses that are not to be recorded."""
        items = [self.buses.item(row) for row in range(self.buses.count())]
        return [item.text() for item in items if item.checkState() == _OFF]

    def _tune(self) -> None:
        self.do(reaching.tune, str(self.payloads.currentData()), self.left_out())
