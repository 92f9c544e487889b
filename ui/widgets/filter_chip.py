"""The filter that is in force, always in sight: a forgotten filter looks like a broken tool."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QWidget

from ui.filter_state import FilterState
from ui.theme import ThemeSource

_WIDEST = 260


class FilterChip(QPushButton):
    """A button that shows the filter with a ×; a click clears it. Hidden while nothing is filtered."""

    def __init__(
        self, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None, *, widest: int = _WIDEST
    ) -> None:
        super().__init__(parent)
        self._widest = widest
        self._state = filter_state
        self._themes = themes
        self.setObjectName("filter_chip")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(filter_state.clear)
        filter_state.changed.connect(self.refresh)
        self.refresh_theme()
        self.refresh()

    def refresh(self) -> None:
        """Show the filter that is in force."""
        text = self._state.applied_text
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self._widest)
        self.setText(f"{shown}  ×".replace("&", "&&"))
        self.setToolTip(f"Only what matches is shown: {text}\nClick to show everything")
        self.setAccessibleName(f"Active filter {text}, click to clear")
        self.setVisible(self._state.active)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        theme = self._themes.theme
        accent, ground = QColor(theme.accent).name(), QColor(theme.raised).name()
        self.setStyleSheet(
            f"QPushButton#filter_chip {{ color: {accent}; background: {ground}; border: 1px solid {accent};"
            " border-radius: 9px; padding: 1px 8px; }"
        )
