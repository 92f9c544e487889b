"""A small note under the place in a line where a mistake is, in words."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QLineEdit, QStyle, QStyleOptionFrame

from ui.theme import ThemeSource


class CaretNote(QLabel):
    """Belongs to one line edit, floats over its window, takes no focus and no clicks."""

    def __init__(self, line: QLineEdit, themes: ThemeSource) -> None:
        super().__init__(line)
        self._line = line
        self._themes = themes
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName("What is wrong with the filter")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, column: int, words: str) -> None:
        """Show the words under the given column, counted from 1."""
        theme = self._themes.theme
        self.setStyleSheet(
            f"color: {QColor(theme.text).name()}; background: {QColor(theme.raised).name()};"
            f" border: 1px solid {QColor(theme.failed).name()}; border-radius: 3px; padding: 3px 6px;"
        )
        self.setText(f"▲ {words}")
        window = self._line.window()
        self.setParent(window)
        self.adjustSize()
        place = self._line.mapTo(window, QPoint(self._left_of(column), self._line.height() + 2))
        place.setX(max(0, min(place.x(), window.width() - self.width() - 4)))
        if place.y() + self.height() > window.height():
            place.setY(place.y() - self._line.height() - self.height() - 4)
        self.move(place)
        self.raise_()
        self.show()

    def _left_of(self, column: int) -> int:
        option = QStyleOptionFrame()
        self._line.initStyleOption(option)
        inner = self._line.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self._line)
        text = self._line.text()[: max(column - 1, 0)]
        return min(inner.left() + self._line.fontMetrics().horizontalAdvance(text), inner.right() - 10)
