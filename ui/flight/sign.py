"""The flight recorder's place in the status bar: whether it is on, and what it does now."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from ui.flight.watch import FlightWatch
from ui.icons import icon
from ui.theme import ThemeSource


class FlightSign(QToolButton):
    """A click opens its settings and its files."""

    def __init__(self, watch: FlightWatch, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watch, self._themes = watch, themes
        self.setObjectName("flight_sign")
        self.setAutoRaise(True)
        self.setIconSize(QSize(14, 14))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        watch.changed.connect(self.refresh)
        themes.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what it does."""
        self.setIcon(icon("flight", self._themes.theme))
        self.setText(f"flight recorder {self._watch.state}")
        self.setAccessibleName(f"Flight recorder: {self._watch.state}")
        self.setToolTip(
            "Flight recorder: writes the seconds before and after a failure to a file of their own.\n"
            "Click for its settings and its files."
        )
