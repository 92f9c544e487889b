"""How likely a finding was, over the time of its run: the share of runs that break it, and how well that is known."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from bus.exploration.chance import ChancePoint
from bus.wording import duration
from ui.theme import ThemeSource

LEFT, RIGHT, TOP, BOTTOM = 52, 24, 10, 26
BAND_ALPHA = 60
DOT = 3.0
SHARES = (0.0, 0.5, 1.0)
TIMES = 5
"""Times below the axis, about."""


class ChancePlot(QWidget):
    """Points that came so far."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._points: Sequence[ChancePoint] = ()
        self.setAccessibleName("Chance over the time of the run")
        self.setMinimumSize(240, 130)
        themes.changed.connect(self.update)

    def show_points(self, points: Sequence[ChancePoint]) -> None:
        """Show these, in the order of the run."""
        self._points = points
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.background))
        if not self._points:
            return
        area = QRectF(LEFT, TOP, self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        self._paint_axes(painter, area)
        accent, light = QColor(theme.accent), QColor(theme.accent)
        light.setAlpha(BAND_ALPHA)
        at = [self._x(area, point.time_ns) for point in self._points]
        intervals = [point.interval for point in self._points]
        band = _steps(at, [_y(area, high) for _, high in intervals])
        band += reversed(_steps(at, [_y(area, low) for low, _ in intervals]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(light)
        painter.drawPolygon(QPolygonF(band))
        shares = [_y(area, point.share) for point in self._points]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 2))
        painter.drawPolyline(QPolygonF(_steps(at, shares)))
        painter.setBrush(accent)
        for x, y in zip(at, shares, strict=True):
            painter.drawEllipse(QPointF(x, y), DOT, DOT)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        theme, height = self._themes.theme, self.fontMetrics().height()
        for share in SHARES:
            y = _y(area, share)
            painter.setPen(QColor(theme.border))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            room = QRectF(0, y - height / 2, LEFT - 8, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share:.0%}")
        first, last = self._points[0].time_ns, self._points[-1].time_ns
        for tick in range(TIMES if last > first else 1):
            time_ns = first + (last - first) * tick // (TIMES - 1)
            text, x = duration(time_ns), self._x(area, time_ns)
            width = self.fontMetrics().horizontalAdvance(text)
            left = min(x - width / 2, self.width() - width - 4)
            painter.drawText(QPointF(left, area.bottom() + height + 2), text)

    def _x(self, area: QRectF, time_ns: int) -> float:
        first, last = self._points[0].time_ns, self._points[-1].time_ns
        return area.left() + area.width() * ((time_ns - first) / (last - first) if last > first else 0.5)


def _steps(xs: Sequence[float], ys: Sequence[float]) -> list[QPointF]:
    """A line that stays until the next point: between two choices nothing is decided."""
    line = [QPointF(xs[0], ys[0])]
    for x, before, y in zip(xs[1:], ys, ys[1:], strict=False):
        line += [QPointF(x, before), QPointF(x, y)]
    return line


def _y(area: QRectF, share: float) -> float:
    return area.bottom() - area.height() * share
