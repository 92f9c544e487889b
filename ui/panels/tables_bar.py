"""The line above the tables: what to search for, which filter is in force, and how much it leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from bus.session import Session
from ui.filter_state import FilterState
from ui.theme import ThemeSource
from ui.widgets.filter_chip import FilterChip
from ui.widgets.search_line import SearchLine


class TablesBar(QWidget):
    """Search line, chip, count."""

    def __init__(
        self, session: Session, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.search = SearchLine(session, filter_state, themes, self)
        self.chip = FilterChip(filter_state, themes, self)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAccessibleName("How many rows the filter leaves")
        self._count.setProperty("muted", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(8)
        layout.addWidget(self.search, 1)
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
