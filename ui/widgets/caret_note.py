"""A small note under the place in a line where a mistake is, in words."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygon
from PySide6.QtWidgets import QLabel, QLineEdit, QStyle, QStyleOptionFrame

from ui.theme import ThemeSource

TIP = 6
"""Pixels of the triangle that points at the mistake, and of the room left and right of it."""


class CaretNote(QLabel):
    """A note at the caret of a line edit. It floats over the window and takes no focus and no clicks."""

    def __init__(self, line: QLineEdit, themes: ThemeSource) -> None:
        super().__init__(line)
        self._line = line
        self._themes = themes
        self.points_at = 0
        """Pixels from its left side to the place that it is about."""

        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName("What is wrong with the filter")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, column: int, words: str) -> None:
        """Show the words under the given column, counted from 1."""
        theme = self._themes.theme
        self.setStyleSheet(
            f"color: {QColor(theme.text).name()}; background: {QColor(theme.raised).name()};"
            f" border: 1px solid {QColor(theme.failed).name()}; border-radius: 3px;"
            f" padding: {TIP + 3}px 6px 3px 6px;"
        )
        self.setText(words)
        window = self._line.window()
        self.setParent(window)
        self.adjustSize()
        at = self._line.mapTo(window, QPoint(self._left_of(column), self._line.height() + 2))
        place = QPoint(max(0, min(at.x() - 2 * TIP, window.width() - self.width() - 4)), at.y())
        if place.y() + self.height() > window.height():
            place.setY(place.y() - self._line.height() - self.height() - 4)
        self.points_at = min(max(at.x() - place.x(), 2 * TIP), self.width() - 2 * TIP)
        self.move(place)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, and above them a triangle under the mistake, wherever the note had room."""
        super().paintEvent(event)
        painter, x = QPainter(self), self.points_at
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._themes.theme.failed))
        painter.drawPolygon(QPolygon([QPoint(x, 1), QPoint(x + TIP, TIP + 1), QPoint(x - TIP, TIP + 1)]))
        painter.end()

    def _left_of(self, column: int) -> int:
        option = QStyleOptionFrame()
        self._line.initStyleOption(option)
        inner = self._line.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self._line)
        text = self._line.text()[: max(column - 1, 0)]
        return min(inner.left() + self._line.fontMetrics().horizontalAdvance(text), inner.right() - 10)
