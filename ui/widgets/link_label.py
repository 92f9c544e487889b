"""A label that is a link while there is something to show: clicked, or reached with Tab and pressed with Return."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class LinkLabel(QLabel):
    """A text that can be clicked, underlined while it leads somewhere."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._leads = False

    @property
    def leads(self) -> bool:
        """Whether it is a link now."""
        return self._leads

    def set_leads(self, leads: bool) -> None:
        """Be a link, or a label like any other."""
        if leads == self._leads:
            return
        self._leads = leads
        self.setProperty("link", leads)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if leads else Qt.FocusPolicy.NoFocus)
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go where the text leads, at a click of the left button."""
        super().mouseReleaseEvent(event)
        if (
            self._leads
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Space go there too."""
        if self._leads and event.key() in _KEYS:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
