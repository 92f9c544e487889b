"""A narrow column at the left of a table, as editors have it: a dot where a breakpoint is, and a click asks for one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from ui.dots import paint_dot
from ui.theme import ThemeSource

WIDTH = 16


class DotGutter(QHeaderView):
    """Takes the place of a table's row numbers."""

    clicked_at = Signal(int)
    """A row of the table."""

    def __init__(self, look: Callable[[int], str], themes: ThemeSource, parent: QWidget) -> None:
        """look: what a row of the table shows: "on", "off" or ""."""
        super().__init__(Qt.Orientation.Vertical, parent)
        self._look, self._themes = look, themes
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Breakpoints")
        self.setToolTip("Click: hold what comes there, or no more (F7)")

    def sizeHint(self) -> QSize:
        """As wide as a dot needs."""
        return QSize(WIDTH, super().sizeHint().height())

    def paintSection(self, painter: QPainter, rect: QRect, row: int) -> None:
        """The ground of the table, and a dot."""
        theme = self._themes.theme
        painter.fillRect(rect, QColor(theme.surface))
        paint_dot(painter, QColor(theme.failed), QPointF(rect.center()) + QPointF(0.5, 0.5), self._look(row))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Selects nothing: it is about the breakpoint alone."""
        row = self.logicalIndexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.clicked_at.emit(row)
