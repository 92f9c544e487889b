"""Two small plots beside the statistics: how durations are spread, on a log scale, and how many events a second."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from bus.analysis.histogram import EventRate, Histogram
from ui.number_text import count, moment, span
from ui.theme import ThemeSource

MARGIN = 8
LINE_GAP = 3
"""Pixels around a line of text."""

STEPS = 120
"""Stretches of time in the rate plot."""


class Plot(QWidget):
    """Bars from a ground line; a subclass says what they mean."""

    chosen = Signal(int)
    """The bar that was clicked."""

    def __init__(self, title: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._title, self._themes = title, themes
        self.look = "ok"
        """Which colour of the theme its bars have."""

        self._heights = np.zeros(0)
        self._under = -1
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setMinimumSize(130, 84)
        themes.changed.connect(self.update)

    def set_title(self, title: str) -> None:
        """Another one, as with the name of what is shown."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.update()

    def show_heights(self, heights: np.ndarray) -> None:
        """Show these heights, one for each bar from left to right."""
        self._heights = heights
        self._under = -1
        self.update()

    def words(self, bar: int) -> str:
        """What a bar says to whoever points at it."""
        raise NotImplementedError

    def labels(self) -> list[tuple[float, str]]:
        """Where on the axis something is written (0 to 1), and what."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, area = self._themes.theme, self._area()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.background))
        painter.setPen(QColor(theme.muted))
        room = QRectF(MARGIN, 0, self.width() - 2 * MARGIN, self._line)
        title = self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        highest = float(self._heights.max()) if len(self._heights) else 0.0
        if highest > 0:
            width = area.width() / len(self._heights)
            for bar in np.flatnonzero(self._heights > 0).tolist():
                height = max(1.5, area.height() * float(self._heights[bar]) / highest)
                left = area.left() + bar * width
                colour = QColor(theme.accent if bar == self._under else getattr(theme, self.look))
                painter.fillRect(QRectF(left, area.bottom() - height, max(1.0, width - 1), height), colour)
        painter.setPen(QColor(theme.border))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(theme.muted))
        self._write_labels(painter, area)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position())
        if bar != self._under:
            self._under = bar
            self.update()
        QToolTip.showText(event.globalPosition().toPoint(), self.words(bar) if bar >= 0 else "", self)

    def leaveEvent(self, event: QEvent) -> None:
        self._under = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position())
        if bar >= 0 and event.button() == Qt.MouseButton.LeftButton and self._heights[bar] > 0:
            self.chosen.emit(bar)

    def _write_labels(self, painter: QPainter, area: QRectF) -> None:
        metrics, free = painter.fontMetrics(), area.left()
        for share, text in self.labels():
            width = metrics.horizontalAdvance(text)
            left = min(area.left() + share * area.width(), area.right() - width)
            if left >= free:
                painter.drawText(
                    QRectF(left, area.bottom(), width + 2, self._line), Qt.AlignmentFlag.AlignVCenter, text
                )
                free = left + width + 10

    def _area(self) -> QRectF:
        wide, high = self.width() - 2 * MARGIN, self.height() - 2 * self._line
        return QRectF(MARGIN, self._line, max(1, wide), max(1, high))

    @property
    def _line(self) -> int:
        """Pixels of the title above the bars, and of the axis below them."""
        return self.fontMetrics().height() + LINE_GAP

    def _bar_at(self, at: QPointF) -> int:
        area = self._area()
        if not len(self._heights) or not area.left() <= at.x() < area.right():
            return -1
        return int((at.x() - area.left()) / area.width() * len(self._heights))


class Durations(Plot):
    """A histogram on a log scale."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Duration", themes, parent)
        self.histogram: Histogram | None = None

    def show_histogram(self, histogram: Histogram) -> None:
        """The heights are square roots: one slow call among a million stays in sight."""
        self.histogram = histogram
        self.show_heights(np.sqrt(histogram.counts))

    def words(self, bar: int) -> str:
        if self.histogram is None:
            return ""
        low, high = self.histogram.edges_ns[bar : bar + 2]
        many = int(self.histogram.counts[bar])
        return f"{span(low)} to {span(high)}: {count(many)} {'call' if many == 1 else 'calls'}"

    def labels(self) -> list[tuple[float, str]]:
        """Labels of the axis: powers of ten of nanoseconds."""
        if self.histogram is None or not self.histogram.counts.any():
            return []
        edges = np.log10(self.histogram.edges_ns)
        tens = [10.0**power for power in range(int(np.ceil(edges[0] - 1e-6)), int(np.floor(edges[-1] + 1e-6)) + 1)]
        tens = tens or [float(self.histogram.edges_ns[0])]
        width = max(edges[-1] - edges[0], 1e-9)
        return [(float((np.log10(ten) - edges[0]) / width), span(ten)) for ten in tens]


class Rates(Plot):
    """Events a second over time."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Events per second", themes, parent)
        self.rate: EventRate | None = None
        self._origin_ns = 0

    def show_rate(self, rate: EventRate, origin_ns: int) -> None:
        """origin_ns: when the capture begins."""
        self.rate, self._origin_ns = rate, origin_ns
        self.show_heights(rate.per_second)

    def stretch(self, bar: int) -> tuple[int, int]:
        """From when to when a bar counts."""
        assert self.rate is not None
        begin = self.rate.first_ns + round(bar * self.rate.step_ns)
        return begin, begin + max(1, round(self.rate.step_ns))

    def words(self, bar: int) -> str:
        if self.rate is None:
            return ""
        many = int(self.rate.counts[bar])
        begin, end = (moment(time - self._origin_ns) for time in self.stretch(bar))
        return f"{begin} to {end} s: {count(many)} {'event' if many == 1 else 'events'}"

    def labels(self) -> list[tuple[float, str]]:
        """Both ends, and the highest rate."""
        if self.rate is None or not self.rate.counts.any():
            return []
        last = self.rate.first_ns + round(self.rate.step_ns * len(self.rate.counts))
        most = f"at most {count(round(float(self.rate.per_second.max())))}/s"
        return [
            (0.0, span(self.rate.first_ns - self._origin_ns)), (0.4, most), (1.0, span(last - self._origin_ns)),
        ]  # fmt: skip


class Plots(QWidget):
    """Both, one above the other."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.durations, self.rates = Durations(themes, self), Rates(themes, self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(1)
        rows.addWidget(self.durations, 1)
        rows.addWidget(self.rates, 1)
