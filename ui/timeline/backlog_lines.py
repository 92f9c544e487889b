"""Two lines over the overview of a durable engine: events that nobody has handled, and those that still wait.

Told apart by their strokes, not by colours: the solid one is the consumers' lag, the dashed one the queues' depth.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from bus.picture.backlog import Backlog
from bus.picture.grid import Grid
from bus.picture.pyramid import Int64s
from ui.number_text import count_text, duration_text
from ui.timeline.colours import Colours, with_alpha

SAMPLE = 16
"""Length of a stroke in the legend, logical pixels."""
GAP = 4
MARK = 7
"""Half of the width of a mark in the uppermost row, and a little."""

WIDTH = 1.5


class BacklogLines:
    """The backlog of a handler over the columns of the overview."""

    def __init__(self) -> None:
        self.lag: Int64s = np.empty(0, np.int64)
        self.depth: Int64s = np.empty(0, np.int64)
        """At the end of each column."""

    def count(self, backlog: Backlog, grid: Grid) -> None:
        """Look at what there is now; nothing where no broker keeps events."""
        ends = grid.scale.times(grid.edges())[1:] if backlog else np.empty(0, np.int64)
        self.lag, self.depth = backlog.lag(ends), backlog.depth(ends)

    @property
    def most(self) -> int:
        """The largest lag in view, in events."""
        return int(self.lag.max()) if len(self.lag) else 0

    def paint(self, painter: QPainter, colours: Colours, top: float, bottom: float) -> None:
        """Between these heights; both lines on one scale that begins at 0."""
        if not self.most:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for values, pen in ((self.depth, _dashed(colours)), (self.lag, _solid(colours))):
            painter.setPen(pen)
            painter.drawPolyline(_steps(bottom - values * ((bottom - top) / self.most)))
        painter.restore()

    def paint_legend(self, painter: QPainter, colours: Colours, size: QSizeF, row: float, marks: Int64s) -> None:
        """What the strokes mean, and how high each line gets: between the marks of the uppermost row.

        Where these leave no room it stands below them, at the end where the lines are lower.
        """
        if not self.most:
            return
        parts = (
            (_solid(colours), f"lag ≤ {count_text(self.most)}"),
            (_dashed(colours), f"queued ≤ {count_text(int(self.depth.max()))}"),
        )
        metrics = painter.fontMetrics()
        needed = sum(SAMPLE + 3 * GAP + metrics.horizontalAdvance(text) for _, text in parts)
        left, top = widest_gap(marks, size.width(), needed), 0.0
        if left < 0:
            many = min(round(needed), len(self.lag))
            lower_left = int(self.lag[:many].max()) < int(self.lag[-many:].max())
            left, top = (0.0 if lower_left else max(0.0, size.width() - needed)), row
        painter.fillRect(QRectF(left, top, needed, row), with_alpha(colours.background, 215))
        for pen, text in parts:
            middle = top + row / 2
            painter.setPen(pen)
            painter.drawLine(QLineF(left + GAP, middle, left + GAP + SAMPLE, middle))
            painter.setPen(colours.text)
            room = QRectF(left + 2 * GAP + SAMPLE, top, needed, row)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
            left += SAMPLE + 3 * GAP + metrics.horizontalAdvance(text)

    def told(self, column: int, since_ns: int) -> str:
        """A sentence about one column, so long after the beginning; empty where nothing is kept anywhere."""
        if not 0 <= column < len(self.lag):
            return ""
        lag, depth = int(self.lag[column]), int(self.depth[column])
        events = "event is" if lag == 1 else "events are"
        return (
            f"At {duration_text(since_ns)} {count_text(lag)} {events} not handled yet (the consumers' lag), "
            f"{count_text(depth)} of them still in queues."
        )


def widest_gap(marks: Int64s, width: float, needed: float) -> float:
    """Where the last stretch without a mark begins that is wide enough; -1 where there is none."""
    ends = np.concatenate([[-MARK], np.sort(marks), [width + MARK]])
    fits = np.flatnonzero(np.diff(ends) >= needed + 2 * MARK)
    return float(ends[fits[-1] + 1] - MARK - needed) if len(fits) else -1.0


def _steps(heights: np.ndarray) -> QPolygonF:
    return QPolygonF([QPointF(x + 0.5, y) for x, y in enumerate(heights.tolist())])


def _solid(colours: Colours) -> QPen:
    return QPen(colours.text, WIDTH)


def _dashed(colours: Colours) -> QPen:
    pen = QPen(colours.text, WIDTH)
    pen.setDashPattern([2, 2])
    return pen
