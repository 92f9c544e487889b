"""A button that reads as a link, and gives way: its text is cut where there is no room, and its tip has all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QStyleOptionButton

LEAST_LETTERS = 4
PADDING = 8
"""Of the links' style sheet, both sides. To ask for the size hint would ask for the text again."""


class LinkButton(QPushButton):
    """`text()` is the whole text, whatever is seen of it."""

    @property
    def elided(self) -> bool:
        """Whether something of it is not seen."""
        return self._shown() != self.text()

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * LEAST_LETTERS), hint.height())

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        """Give Qt the text to paint, cut where it has no room."""
        super().initStyleOption(option)
        option.text = self._shown()

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width() - PADDING)
