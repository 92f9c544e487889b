"""Beside the titles of the tables: which filter is in force, and how much it leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from bus.find.repeats import ALIKE, IN_A_ROW
from ui.filter_state import FilterState
from ui.theme import ThemeSource
from ui.widgets.filter_chip import FilterChip

CHIP = 140
"""Pixels of the filter's words."""

GROUPS = (("", "Every row"), (IN_A_ROW, "Repeats in a row"), (ALIKE, "All that are alike"))


class TablesBar(QWidget):
    """Chip and count, which are empty while nothing is filtered; and how repeats are shown."""

    grouping_changed = Signal(str)
    """One of bus.find.repeats.MODES, or "" for every row by itself."""

    def __init__(self, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # The status bar has the whole of it; here the tabs need the room.
        self.chip = FilterChip(filter_state, themes, self, widest=CHIP)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAccessibleName("How many rows the filter leaves")
        self._count.setProperty("muted", True)
        self.groups = QComboBox(self)
        self.groups.setAccessibleName("Grouping of repeats")
        self.groups.setToolTip(
            "Rows with the same event, handler and outcome as one row with a number.\n"
            "Double click on it, or Right and Left, opens and closes it."
        )
        for mode, title in GROUPS:
            self.groups.addItem(title, mode)
        self.groups.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.groups.setMinimumContentsLength(7)
        self.groups.view().setMinimumWidth(self.groups.fontMetrics().horizontalAdvance("M" * 14))
        self.groups.activated.connect(self._grouping_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 1, 6, 1)
        layout.setSpacing(8)
        layout.addWidget(self.chip)
        layout.addWidget(self._count)
        layout.addWidget(self.groups)
        self.show_count("")

    def add_choice(self, choice: QWidget) -> None:
        """Another choice of one of the tabs, which says when it is to be seen."""
        room = self.layout()
        assert room is not None
        room.addWidget(choice)

    @property
    def count_text(self) -> str:
        """What stands behind the chip."""
        return self._count.text()

    def show_count(self, text: str) -> None:
        """Empty while nothing is filtered."""
        self._count.setText(text)
        self._count.setVisible(bool(text))

    def show_grouping(self, *, on: bool) -> None:
        """Whether there are rows to be grouped."""
        self.groups.setVisible(on)

    def _grouping_chosen(self, place: int) -> None:
        self.grouping_changed.emit(str(self.groups.itemData(place)))

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.chip.refresh_theme()
