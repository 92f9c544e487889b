"""The widget that a timeline is painted on: what the person does with the mouse goes to TimelineInput."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.timeline.frame import sizes_for
from ui.timeline.input import TimelineInput
from ui.timeline.sizes import LEAST_WIDTH, least_height


class Surface(QWidget):
    """A widget that hands mouse and keys to TimelineInput; a subclass paints it."""

    def minimumSizeHint(self) -> QSize:
        """In larger letters it needs more room for the same."""
        return QSize(LEAST_WIDTH, least_height(sizes_for(self.font())))

    def take_input(self, meaning: TimelineInput) -> None:
        """From here on wheel and mouse mean what this input makes of them."""
        self.input = meaning

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.input.context(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.input.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.input.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.input.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.input.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.input.double_click(event)
