"""What plots of a number and how well it is known have in common: levels with their texts, and a line within a band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.theme import ThemeSource

BAND_ALPHA = 60
BESIDE = 8
"""Pixels between a level's text and the plot."""


class BandPlot(QWidget):
    """The ground of such a plot; a subclass says where its lines are."""

    left, top, right, bottom = 52, 10, 24, 26
    """Pixels around the plot, with room for the texts."""

    def __init__(self, themes: ThemeSource, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAccessibleName(name)
        themes.changed.connect(self.update)

    @property
    def area(self) -> QRectF:
        """Where lines are drawn."""
        return QRectF(
            self.left, self.top, self.width() - self.left - self.right, self.height() - self.top - self.bottom
        )

    def x_of(self, value: float, first: float, last: float) -> float:
        """Where a value is, of those from first to last; in the middle where there is but one."""
        return self.area.left() + self.area.width() * ((value - first) / (last - first) if last > first else 0.5)

    def y_of(self, share: float) -> float:
        """Where a share of the height is, from 0 at the bottom to 1."""
        return self.area.bottom() - self.area.height() * share

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._themes.theme.background))
        self.paint_plot(painter)

    def paint_plot(self, painter: QPainter) -> None:
        """Draw what is to be shown."""
        raise NotImplementedError

    def paint_levels(self, painter: QPainter, levels: Iterable[tuple[float, str]]) -> None:
        """Lines across at these shares of the height, with their texts. Texts are painted quietly from then on."""
        theme, height, area = self._themes.theme, self.fontMetrics().height(), self.area
        for share, text in levels:
            y = self.y_of(share)
            painter.setPen(QColor(theme.border))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            room = QRectF(0, y - height / 2, self.left - BESIDE, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def paint_band(
        self,
        painter: QPainter,
        band: Sequence[QPointF],
        line: Sequence[QPointF],
        dots: Iterable[QPointF],
        radius: float,
    ) -> None:
        """A line within its band, and its points. The pen is that of the line from then on."""
        accent, light = QColor(self._themes.theme.accent), QColor(self._themes.theme.accent)
        light.setAlpha(BAND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(light)
        painter.drawPolygon(QPolygonF(band))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 2))
        painter.drawPolyline(QPolygonF(line))
        painter.setBrush(accent)
        for dot in dots:
            painter.drawEllipse(dot, radius, radius)
