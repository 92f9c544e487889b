"""A sweep as a plot: a time against what is swept, with its confidence interval as a band."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from bus.modelling.confidence import Estimate
from bus.modelling.sweep_picture import TICKS, rounded_step
from ui.number_text import span
from ui.theme import ThemeSource
from ui.widgets.band_plot import BandPlot

DOT = 3.5


class SweepPlot(BandPlot):
    """Points that came so far."""

    left, top, right, bottom = 84, 12, 24, 34

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, "Latency p99 against what is swept", parent)
        self._points: list[tuple[str, float, Estimate]] = []
        self.setMinimumSize(280, 160)

    def show_points(self, points: list[tuple[str, float, Estimate]]) -> None:
        """Each value as text and number, and what came of it in nanoseconds."""
        self._points = [point for point in points if not math.isnan(point[2].mean)]
        self.update()

    def paint_plot(self, painter: QPainter) -> None:
        """The times, on a scale that holds the highest end of an interval."""
        if not self._points:
            return
        top = max(found.mean if math.isnan(found.half) else found.high for _, _, found in self._points) or 1.0
        step = rounded_step(top / TICKS)
        count = math.ceil(top / step)
        self.paint_levels(painter, [(tick / count, span(tick * step)) for tick in range(count + 1)])
        self._paint_values(painter)

        def y(value: float) -> float:
            return self.y_of(max(value, 0.0) / (step * count))

        at = [(self._x(number), found) for _, number, found in self._points]
        means = [QPointF(x, y(found.mean)) for x, found in at]
        ends = [(QPointF(x, y(found.low)), QPointF(x, y(found.high))) for x, found in at if not math.isnan(found.half)]
        band = [high for _, high in ends] + [low for low, _ in reversed(ends)]
        self.paint_band(painter, band, means, means, DOT)
        for low, high in ends:
            painter.drawLine(low, high)

    def _paint_values(self, painter: QPainter) -> None:
        """Below the plot, as far as they have room beside each other."""
        shown, line = -math.inf, self.fontMetrics().height()
        for text, number, _ in self._points:
            x, width = self._x(number), self.fontMetrics().horizontalAdvance(text)
            if x - width / 2 > shown:
                painter.drawText(QPointF(x - width / 2, self.area.bottom() + line + 4), text)
                shown = x + width / 2 + 6

    def _x(self, number: float) -> float:
        return self.x_of(number, self._points[0][1], self._points[-1][1])
