"""Paints how long a subscription lasted as a bar on the time of the whole trace, and the moment that is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from ui.table_model import TableModel
from ui.theme import Theme, ThemeSource
from ui.timeline.colours import blend
from ui.widgets.record_cell import RecordCell

MARGIN_X, MARGIN_Y = 6, 5
LEAST = 2.0
"""Pixels: what was over at once is seen too."""

CAP = 2.0
"""Width of the mark where a bar ends; what goes on has none."""


@dataclass(frozen=True, slots=True)
class Bar:
    """From where to where a bar reaches, as shares of the trace's time."""

    left: float
    right: float
    is_over: bool
    died: bool
    """Its receiver was collected: nobody removed it."""

    at: float | None
    """The moment that is asked about; None: none."""


class BarCell(RecordCell):
    """The cell of the bar of one row; it has no text."""

    def __init__(
        self, model: TableModel, bar_of: Callable[[int], Bar | None], themes: ThemeSource, parent: QWidget
    ) -> None:
        """bar_of: the bar of a row as the model's `trace_row` numbers it, None for none."""
        super().__init__(model, parent)
        self._rows, self._bar_of, self._themes = model, bar_of, themes

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        bar = self._bar_of(self._rows.trace_row(index.row()))
        if bar is not None:
            paint_bar(painter, QRectF(option.rect), bar, self._themes.theme)


def paint_bar(painter: QPainter, cell: QRectF, bar: Bar, theme: Theme) -> None:
    """The bar, the mark of its end, and a line at the moment."""
    area = cell.adjusted(MARGIN_X, MARGIN_Y, -MARGIN_X, -MARGIN_Y)
    left = area.left() + bar.left * (area.width() - LEAST)
    right = max(left + LEAST, area.left() + bar.right * area.width())
    room = QRectF(left, area.top(), right - left, area.height())
    painter.fillRect(QRectF(area.left(), area.center().y(), area.width(), 1), QColor(theme.border))
    ink = QColor(theme.warning) if bar.died else QColor(theme.ok)
    painter.fillRect(room, blend(ink, QColor(theme.background), 0.25))
    if bar.is_over:
        painter.fillRect(QRectF(right - CAP, area.top() - 2, CAP, area.height() + 4), ink)
    if bar.at is not None:
        painter.fillRect(QRectF(area.left() + bar.at * area.width(), cell.top(), 1, cell.height()), QColor(theme.text))
