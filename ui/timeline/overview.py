"""The strip on top: how dense the whole capture is and where it failed, with a brush that shows what is in view.

Drag the brush to move the view, its edges to change it; drag anywhere else to zoom to that stretch.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from bus.trace.detail import density
from bus.trace.pyramid import Int64s
from ui.timeline.backlog_lines import BacklogLines
from ui.timeline.colours import Colours, with_alpha
from ui.timeline.content import Content
from ui.timeline.painter import paint_lines
from ui.timeline.raster import pillars, thinned
from ui.timeline.viewport import Viewport

GRIP = 5
"""How near to an edge of the brush a press takes hold of it."""
LEAST_DRAG = 4
"""A shorter drag is a click: the view is centred there."""
MARK_ROW = 12
"""Height left above the density for marks of failures and losses."""
NARROWEST_BRUSH = 4
LEAST_RED = 5
"""Height of a failure among however many calls."""
SELDOM = 6
"""While time goes on the strip is painted anew only in every so many frames: it costs more than a millisecond."""
TIP = "The whole capture. Drag to zoom to a stretch; drag the brush to move the view."


class Overview(QWidget):
    """The whole capture in one strip."""

    chosen = Signal(object, object)
    """The person chose a stretch: from, to, as places on the axis (Python's int: Qt's has 32 bits)."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("timeline-overview")
        self.setAccessibleName("Overview of the whole capture")
        self.setToolTip(TIP)
        self.setMouseTracking(True)
        # The timeline says what to show while it paints: without this each would repaint the other for ever.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._content: Content | None = None
        self._colours: Colours | None = None
        self._view = Viewport()
        self._drawn: tuple[object, ...] = ()
        self._hurried = False
        self._frames = 0
        """Frames since the strip was painted."""
        self._behind = False
        """The strip does not have what came in since then."""
        self._picture = QPixmap()
        self._counts: Int64s = np.empty(0, np.int64)
        self._failed: Int64s = np.empty(0, np.int64)
        self._failures: Int64s = np.empty(0, np.int64)
        """How many there are in each of those columns."""
        self._lost: Int64s = np.empty(0, np.int64)
        self.backlog = BacklogLines()
        self._press: tuple[str, float, Viewport] | None = None
        self._selecting: tuple[float, float] | None = None

    def show_view(self, content: Content, view: Viewport, colours: Colours, *, hurried: bool) -> None:
        """Show this part of this content as being in view. hurried: the next frame comes soon, whatever happens."""
        self._content, self._view, self._colours, self._hurried = content, view, colours, hurried
        self._frames += 1
        self.update()

    def catch_up(self) -> None:
        """Nothing new came in: paint what did before."""
        if self._behind:
            self._hurried = False
            self.update()

    def whole(self) -> Viewport:
        """The strip's own stretch: everything there is."""
        if self._content is None:
            return Viewport(width=max(1, self.width()))
        scale = self._view.scale
        first, last = scale.begin(self._content.first_ns), scale.end(self._content.now_ns)
        return Viewport(first, max(1, last - first), max(1, self.width()), scale)

    def brush(self) -> QRectF:
        """Where the part in view lies on the strip."""
        whole = self.whole()
        left = min(max(whole.px_at(self._view.start), 0.0), float(self.width() - NARROWEST_BRUSH))
        right = min(max(whole.px_at(self._view.end), left + NARROWEST_BRUSH), float(self.width()))
        return QRectF(left, 0, right - left, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._colours is None or self._content is None:
            painter.fillRect(self.rect(), self.palette().window())
            return
        painter.fillRect(self.rect(), self._colours.background)
        if self._content.records:
            painter.drawPixmap(0, 0, self._strip(self._content, self._colours))
            self._paint_brush(painter, self._colours)
        painter.setPen(QPen(self._colours.border, 1))
        painter.drawLine(QLineF(0, self.height() - 0.5, self.width(), self.height() - 0.5))
        painter.end()

    def _strip(self, content: Content, colours: Colours) -> QPixmap:
        """What does not depend on the view, painted anew only where something came in or the strip changed."""
        whole = self.whole()
        held = (content.records, len(content.tracks.failed_rows), len(content.emits.lost), len(content.backlog))
        looks = (content, whole.scale.mode, colours, self.size())
        state = (*looks, held, whole)
        soon = self._hurried and self._frames < SELDOM and self._drawn[: len(looks)] == looks
        self._behind = soon and state != self._drawn
        if state != self._drawn and not soon:
            self._drawn, self._frames = state, 0
            self._count(content, whole)
            self._picture = QPixmap(self.size() * colours.ratio)
            self._picture.setDevicePixelRatio(colours.ratio)
            self._picture.fill(colours.background)
            painter = QPainter(self._picture)
            self._paint_density(painter, colours)
            self.backlog.paint(painter, colours, MARK_ROW + 2, self.height() - 3)
            marks = np.concatenate([self._failed, self._lost])
            self.backlog.paint_legend(painter, colours, self.size().toSizeF(), MARK_ROW + 2, marks)
            self._paint_marks(painter, colours)
            painter.end()
        return self._picture

    def _count(self, content: Content, whole: Viewport) -> None:
        grid = whole.grid()
        starts = content.trace.calls.started_ns[: len(content.tracks)]
        emitted = np.diff(grid.scale.emits_before(content.emits.times, grid.edges()))
        self._counts = emitted + density(starts, grid)
        failed_starts = starts[content.tracks.failed_rows]
        self.backlog.count(content.backlog, grid)
        wrong = np.clip(grid.column(failed_starts), 0, grid.columns - 1)
        self._failed, self._failures = np.unique(wrong, return_counts=True)
        self._lost = np.unique(np.clip(grid.column(content.emits.times[content.emits.lost]), 0, grid.columns - 1))

    def _paint_density(self, painter: QPainter, colours: Colours) -> None:
        most = float(np.log1p(self._counts.max())) if len(self._counts) else 0.0
        if most <= 0:
            return
        room = self.height() - MARK_ROW - 4
        filled = np.flatnonzero(self._counts)
        heights = np.maximum(2, np.round(np.log1p(self._counts[filled]) / most * room))
        bottom = self.height() - 2
        lines = pillars(filled, bottom - heights, self.width(), bottom, colours.words["bar"])
        paint_lines(painter, lines)
        # At its foot what of it failed, on the same scale: where every column has failures the rest is seen as well.
        wrong = np.maximum(LEAST_RED, np.round(np.log1p(self._failures) / most * room))
        red = pillars(self._failed, bottom - wrong, self.width(), bottom, colours.words["failed"])
        paint_lines(painter, red)

    def _paint_marks(self, painter: QPainter, colours: Colours) -> None:
        """A badge for failures, a hollow diamond for losses; visible whatever else is there."""
        for columns, stamp in ((self._lost, colours.lost), (self._failed, colours.badge)):
            size = stamp.deviceIndependentSize().width()
            for index in thinned(columns, size + 1):
                painter.drawPixmap(round(float(columns[index]) + 0.5 - size / 2), 1, stamp)

    def _paint_brush(self, painter: QPainter, colours: Colours) -> None:
        brush = self.brush()
        if self._selecting is not None:
            left, right = sorted(self._selecting)
            brush = QRectF(left, 0, right - left, self.height())
        shade = with_alpha(colours.background, 150)
        painter.fillRect(QRectF(0, 0, brush.left(), self.height()), shade)
        painter.fillRect(QRectF(brush.right(), 0, self.width() - brush.right(), self.height()), shade)
        painter.setPen(QPen(colours.accent, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(brush.adjusted(0.5, 0.5, -0.5, -1.5))
        middle = self.height() / 2
        for x in (brush.left(), brush.right()):
            painter.fillRect(QRectF(x - 1.5, middle - 7, 3, 14), colours.accent)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            self._press = (self._part_at(x), x, self._view)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._press is None:
            self.setCursor(_CURSORS[self._part_at(x)])
            whole = self.whole()
            self.setToolTip(f"{self.backlog.told(int(x), whole.ns_at(x) - whole.start_ns)} {TIP}".strip())
            return
        part, pressed, view = self._press
        moved = self.whole().place_at(x) - self.whole().place_at(pressed)
        if part == "brush":
            self._choose(view.start + moved, view.end + moved)
        elif part == "left":
            self._choose(view.start + moved, view.end)
        elif part == "right":
            self._choose(view.start, view.end + moved)
        else:
            self._selecting = (pressed, x)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press, self._selecting = self._press, None, None
        if press is None or press[0] != "":
            return
        whole, x = self.whole(), event.position().x()
        if abs(x - press[1]) >= LEAST_DRAG:
            self._choose(whole.place_at(min(x, press[1])), whole.place_at(max(x, press[1])))
        else:
            start = whole.place_at(x) - self._view.span // 2
            self._choose(start, start + self._view.span)

    def _part_at(self, x: float) -> str:
        """What of the brush a press would take: an edge, its middle, or nothing of it."""
        brush = self.brush()
        if abs(x - brush.left()) <= GRIP:
            return "left"
        if abs(x - brush.right()) <= GRIP:
            return "right"
        whole_shown = brush.width() >= self.width() - 2 * GRIP
        return "brush" if brush.left() < x < brush.right() and not whole_shown else ""

    def _choose(self, start: int, end: int) -> None:
        self.chosen.emit(min(start, end), max(start, end))


_CURSORS = {
    "": Qt.CursorShape.CrossCursor,
    "brush": Qt.CursorShape.OpenHandCursor,
    "left": Qt.CursorShape.SizeHorCursor,
    "right": Qt.CursorShape.SizeHorCursor,
}
