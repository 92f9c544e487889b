"""Beside the titles of the tables: which filter is in force, and how much it leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.filter_state import FilterState
from ui.theme import ThemeSource
from ui.widgets.filter_chip import FilterChip


class TablesBar(QWidget):
    """Chip and count; nothing while nothing is filtered."""

    def __init__(self, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = FilterChip(filter_state, themes, self)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAccessibleName("How many rows the filter leaves")
        self._count.setProperty("muted", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 1, 6, 1)
        layout.setSpacing(8)
        layout.addWidget(self.chip)
        layout.addWidget(self._count)
        self.show_count("")

    @property
    def count_text(self) -> str:
        """What stands behind the chip."""
        return self._count.text()

    def show_count(self, text: str) -> None:
        """Empty while nothing is filtered."""
        self._count.setText(text)
        self._count.setVisible(bool(text))

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.chip.refresh_theme()
