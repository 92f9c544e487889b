"""Paints when a problem was seen: a few bars over the time of the whole trace, as high as it was seen often."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

VALUES = Qt.ItemDataRole.UserRole + 1
COLOUR = Qt.ItemDataRole.UserRole + 2
MARGIN_X, MARGIN_Y = 6, 3
LEAST = 2.0
"""Pixels of a stretch in which it was seen once: it must be seen beside one with a million."""


def heights(values: Sequence[int], room: float) -> list[float]:
    """The height of each bar in pixels; 0 where there is none."""
    most = max(values, default=0)
    return [max(LEAST, room * value / most) if value else 0.0 for value in values]


class SparklineCell(QStyledItemDelegate):
    """A cell whose VALUES are painted as bars in its COLOUR."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        values, colour = index.data(VALUES), index.data(COLOUR)
        if not values:
            return
        area = QRectF(option.rect).adjusted(MARGIN_X, MARGIN_Y, -MARGIN_X, -MARGIN_Y)
        width = area.width() / len(values)
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), QColor(index.data(COLOUR + 1)))
        for place, height in enumerate(heights(values, area.height())):
            if height:
                left = area.left() + place * width
                painter.fillRect(QRectF(left, area.bottom() - height, max(1.0, width - 1), height), QColor(colour))
