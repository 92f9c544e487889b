"""The flight recorder's place in the status bar: whether it is on, and what it does now."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QStyleOptionToolButton, QToolButton, QWidget

from ui.flight.watch import FlightWatch
from ui.icons import icon
from ui.theme import ThemeSource

BESIDE = 6
"""Pixels beside the icon, on each side."""


class FlightSign(QToolButton):
    """A click opens its settings and its files. Where there is no room for its words it is an icon with a tip."""

    def __init__(self, watch: FlightWatch, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watch, self._themes = watch, themes
        self.setObjectName("flight_sign")
        self.setAutoRaise(True)
        self.setIconSize(QSize(14, 14))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        watch.changed.connect(self.refresh)
        themes.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the flight recorder's state."""
        self.setIcon(icon("flight", self._themes.theme))
        self.setText(f"flight recorder {self._watch.state}")
        self.setAccessibleName(f"Flight recorder: {self._watch.state}")
        self.setToolTip(
            f"Flight recorder {self._watch.state}: writes the seconds before and after a failure to a file of their "
            "own.\nClick for its settings and its files."
        )

    def sizeHint(self) -> QSize:
        """Room for its icon and words."""
        return QSize(self._wide(), self.fontMetrics().height() + BESIDE)

    def minimumSizeHint(self) -> QSize:
        """Room for its icon alone."""
        return QSize(self.iconSize().width() + 2 * BESIDE, self.sizeHint().height())

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Paint the icon alone where the words have no room."""
        super().initStyleOption(option)
        # Not by asking for the size hint, which asks for this.
        if self.width() < self._wide():
            option.toolButtonStyle = Qt.ToolButtonStyle.ToolButtonIconOnly

    def _wide(self) -> int:
        return self.iconSize().width() + self.fontMetrics().horizontalAdvance(self.text()) + 3 * BESIDE
