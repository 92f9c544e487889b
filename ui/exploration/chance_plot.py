"""How likely a finding was, over the time of its run: the share of runs that break it, and how well that is known."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from bus.exploration.chance import ChancePoint
from bus.wording import duration
from ui.theme import ThemeSource
from ui.widgets.band_plot import BandPlot

DOT = 3.0
SHARES = (0.0, 0.5, 1.0)
TIMES = 5
"""Times below the axis, about."""


class ChancePlot(BandPlot):
    """Points that came so far."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, "Chance over the time of the run", parent)
        self._points: Sequence[ChancePoint] = ()
        self.setMinimumSize(240, 130)

    def show_points(self, points: Sequence[ChancePoint]) -> None:
        """Show these, in the order of the run."""
        self._points = points
        self.update()

    def paint_plot(self, painter: QPainter) -> None:
        """The chance of each point, and the interval that it lies in."""
        if not self._points:
            return
        self.paint_levels(painter, [(share, f"{share:.0%}") for share in SHARES])
        self._paint_times(painter)
        at = [self._x(point.time_ns) for point in self._points]
        intervals = [point.interval for point in self._points]
        shares = [self.y_of(point.share) for point in self._points]
        band = _steps(at, [self.y_of(high) for _, high in intervals])
        band += reversed(_steps(at, [self.y_of(low) for low, _ in intervals]))
        self.paint_band(painter, band, _steps(at, shares), map(QPointF, at, shares), DOT)

    def _paint_times(self, painter: QPainter) -> None:
        height = self.fontMetrics().height()
        first, last = self._points[0].time_ns, self._points[-1].time_ns
        for tick in range(TIMES if last > first else 1):
            time_ns = first + (last - first) * tick // (TIMES - 1)
            text, x = duration(time_ns), self._x(time_ns)
            width = self.fontMetrics().horizontalAdvance(text)
            left = min(x - width / 2, self.width() - width - 4)
            painter.drawText(QPointF(left, self.area.bottom() + height + 2), text)

    def _x(self, time_ns: int) -> float:
        return self.x_of(time_ns, self._points[0].time_ns, self._points[-1].time_ns)


def _steps(xs: Sequence[float], ys: Sequence[float]) -> list[QPointF]:
    """A line that stays until the next point: between two choices nothing is decided."""
    line = [QPointF(xs[0], ys[0])]
    for x, before, y in zip(xs[1:], ys, ys[1:], strict=False):
        line += [QPointF(x, before), QPointF(x, y)]
    return line
