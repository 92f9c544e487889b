"""Widgets side by side in one line where there is room, else in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

ACROSS, DOWN = 12, 6


class Columns(QWidget):
    """Lays out its children in the order in which they came, line after line; each column as wide as it needs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._children: list[QWidget] = []

    def add(self, child: QWidget) -> None:
        """After the others, at Tab too."""
        child.setParent(self)
        self._children.append(child)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """True: what is narrower has more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high all lines are at this width."""
        return self._places(width)[1]

    def sizeHint(self) -> QSize:
        """All in one line."""
        widths = [child.sizeHint().width() for child in self._children]
        return QSize(sum(widths) + ACROSS * max(0, len(widths) - 1), self._line_height())

    def minimumSizeHint(self) -> QSize:
        """The widest of them, in a line of its own."""
        return QSize(max((child.sizeHint().width() for child in self._children), default=0), self._line_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns, perhaps."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """Where letters have changed, children ask for other places."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return super().event(event)

    def _place(self) -> None:
        for child, place in zip(self._children, self._places(self.width())[0], strict=True):
            child.setGeometry(place)

    def _places(self, width: int) -> tuple[list[QRect], int]:
        """Where each child is at this width, and the height of all."""
        columns, high = _columns([child.sizeHint().width() for child in self._children], width), self._line_height()
        places = []
        for number in range(len(self._children)):
            line, column = divmod(number, len(columns))
            at = QPoint(sum(columns[:column]) + ACROSS * column, (high + DOWN) * line)
            places.append(QRect(at, QSize(columns[column], high)))
        return places, places[-1].bottom() + 1 if places else 0

    def _line_height(self) -> int:
        return max((child.sizeHint().height() for child in self._children), default=0)


def _columns(widths: Sequence[int], width: int) -> list[int]:
    """The widths of as many columns as fit; of one where none does."""
    for count in range(len(widths), 1, -1):
        columns = [max(widths[column::count]) for column in range(count)]
        if sum(columns) + ACROSS * (count - 1) <= width:
            return columns
    return [max(widths, default=0)]
