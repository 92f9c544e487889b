"""A sweep as a plot: a time against what is swept, with its confidence interval as a band."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from bus.modelling.confidence import Estimate
from bus.modelling.sweep_picture import TICKS, rounded_step
from ui.number_text import span
from ui.theme import ThemeSource

LEFT, RIGHT, TOP, BOTTOM = 84, 24, 12, 34
BAND_ALPHA = 60
DOT = 3.5


class SweepPlot(QWidget):
    """Points that came so far."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._points: list[tuple[str, float, Estimate]] = []
        self.setAccessibleName("Latency p99 against what is swept")
        self.setMinimumSize(280, 160)
        themes.changed.connect(self.update)

    def show_points(self, points: list[tuple[str, float, Estimate]]) -> None:
        """Each value as text and number, and what came of it in nanoseconds."""
        self._points = [point for point in points if not math.isnan(point[2].mean)]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.background))
        if not self._points:
            return
        top = max(found.mean if math.isnan(found.half) else found.high for _, _, found in self._points) or 1.0
        step = rounded_step(top / TICKS)
        area = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        self._paint_axis(painter, area, step, math.ceil(top / step))
        highest = step * math.ceil(top / step)
        at = [(self._x(area, number), found) for _, number, found in self._points]
        means = [QPointF(x, _y(area, found.mean, highest)) for x, found in at]
        ends = [(x, found) for x, found in at if not math.isnan(found.half)]
        band = [QPointF(x, _y(area, found.high, highest)) for x, found in ends]
        band += [QPointF(x, _y(area, found.low, highest)) for x, found in reversed(ends)]
        accent, light = QColor(theme.accent), QColor(theme.accent)
        light.setAlpha(BAND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(light)
        painter.drawPolygon(QPolygonF(band))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 2))
        painter.drawPolyline(QPolygonF(means))
        for x, found in ends:
            painter.drawLine(QPointF(x, _y(area, found.low, highest)), QPointF(x, _y(area, found.high, highest)))
        painter.setBrush(accent)
        for point in means:
            painter.drawEllipse(point, DOT, DOT)

    def _paint_axis(self, painter: QPainter, area: QRectF, step: float, count: int) -> None:
        theme, line = self._themes.theme, self.fontMetrics().height()
        for tick in range(count + 1):
            y = area.bottom() - area.height() * tick / count
            painter.setPen(QColor(theme.border))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            room = QRectF(0, y - line / 2, LEFT - 8, line)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, span(tick * step))
        shown = -math.inf
        for text, number, _ in self._points:
            x, width = self._x(area, number), self.fontMetrics().horizontalAdvance(text)
            if x - width / 2 > shown:
                painter.drawText(QPointF(x - width / 2, area.bottom() + line + 4), text)
                shown = x + width / 2 + 6

    def _x(self, area: QRectF, number: float) -> float:
        low, high = self._points[0][1], self._points[-1][1]
        return area.left() + area.width() * ((number - low) / (high - low) if high > low else 0.5)


def _y(area: QRectF, value: float, highest: float) -> float:
    return area.bottom() - area.height() * max(value, 0.0) / highest
