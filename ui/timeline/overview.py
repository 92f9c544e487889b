"""The strip on top: how dense the whole capture is and where things went wrong, and a brush: what is in view.

Drag the brush to move the view, its edges to change it; drag anywhere else to zoom to that stretch.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from bus.picture.pyramid import Int64s
from ui.timeline.backlog_lines import BacklogLines
from ui.timeline.colours import Colours, with_alpha
from ui.timeline.content import Content
from ui.timeline.painter import paint_lines
from ui.timeline.raster import pillars
from ui.timeline.troubles import LEAST, Troubles, paint_marks, troubles_of
from ui.timeline.viewport import Viewport

GRIP = 5
"""How near to an edge of the brush a press takes hold of it."""
GRIP_WIDTH = 3
LEAST_DRAG = 4
"""A shorter drag is a click: the view is centred there."""
NARROWEST_BRUSH = 4
MARGIN = 8
"""Logical pixels left free at both ends: the first and the last calls are not below the brush's edges."""
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
        self.troubles: Troubles | None = None
        """What the strip shows; None before it is painted."""
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
        """The strip's own stretch: everything there is, and a margin."""
        if self._content is None:
            return Viewport(width=max(1, self.width()))
        scale, width = self._view.scale, max(1, self.width())
        first, last = scale.begin(self._content.first_ns), scale.end(self._content.now_ns)
        margin = -(-max(1, last - first) * MARGIN // max(1, width - 2 * MARGIN))
        return Viewport(first - margin, max(1, last - first) + 2 * margin, width, scale)

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
        wrong = len(content.tracks.failed_rows), len(content.tracks.never_ran_rows), len(content.marks)
        held = (content.records, wrong, len(content.backlog), content.matches)
        looks = (content, whole.scale.mode, colours, self.size())
        state = (*looks, held, whole)
        soon = self._hurried and self._frames < SELDOM and self._drawn[: len(looks)] == looks
        self._behind = soon and state != self._drawn
        if state != self._drawn and not soon:
            self._drawn, self._frames = state, 0
            grid, top = whole.grid(), content.sizes.marks
            self.backlog.count(content.backlog, grid)
            self.troubles = troubles_of(content, grid)
            self._picture = QPixmap(self.size() * colours.ratio)
            self._picture.setDevicePixelRatio(colours.ratio)
            self._picture.fill(colours.background)
            painter = QPainter(self._picture)
            self._paint_density(painter, colours, self.troubles, top)
            self.backlog.paint(painter, colours, top + 2, self.height() - 3)
            size = self.size().toSizeF()
            self.backlog.paint_legend(painter, colours, size, top + 2, self.troubles.columns)
            paint_marks(painter, colours, self.troubles, top)
            painter.end()
        return self._picture

    def _paint_density(self, painter: QPainter, colours: Colours, troubles: Troubles, top: int) -> None:
        """On one logarithmic scale: all, faded under a filter; what that shows; at its foot what of it went wrong."""
        room, bottom = self.height() - top - 4, self.height() - 2
        most = float(np.log1p(troubles.total.max(initial=0)))
        if most <= 0 or room <= 0:
            return
        words, layers = colours.words, list[tuple[Int64s, str]]()
        everything, shown = (_heights(counts, most, room, 2) for counts in (troubles.total, troubles.shown))
        if troubles.shown is not troubles.total:
            layers.append((everything, "dim_bar"))
        red = _heights(troubles.sum_of(grave=True), most, room, LEAST)
        amber = _heights(troubles.sum_of(grave=False), most, room, LEAST)
        # Neither hides the other: red stands at the foot, amber on it.
        red = np.where(amber > 0, np.minimum(red, room - LEAST), red)
        both = np.where(amber > 0, np.minimum(red + amber, room), 0)
        for heights, word in (*layers, (shown, "bar"), (both, "never"), (red, "failed")):
            filled = np.flatnonzero(heights)
            paint_lines(painter, pillars(filled, bottom - heights[filled], self.width(), bottom, words[word]))

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
            inside = min(max(x, GRIP_WIDTH / 2), self.width() - GRIP_WIDTH / 2)
            painter.fillRect(QRectF(inside - GRIP_WIDTH / 2, middle - 7, GRIP_WIDTH, 14), colours.accent)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            self._press = (self._part_at(x), x, self._view)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._press is None:
            self.setCursor(_CURSORS[self._part_at(x)])
            self.setToolTip(self._told(int(x)))
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

    def _told(self, x: int) -> str:
        """What lies under the pointer, and what to do with the strip."""
        since = self.whole().ns_at(x) - self._content.first_ns if self._content else 0
        wrong = self.troubles.told(x) if self.troubles else ""
        return " ".join(each for each in (wrong, self.backlog.told(x, since), TIP) if each)

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


def _heights(counts: Int64s, most: float, room: int, least: int) -> Int64s:
    """How high so many are; what is there at all, at least so high."""
    heights = np.maximum(least, np.round(np.log1p(counts) / most * room))
    return np.where(counts > 0, heights, 0).astype(np.int64)


_CURSORS = {
    "": Qt.CursorShape.CrossCursor,
    "brush": Qt.CursorShape.OpenHandCursor,
    "left": Qt.CursorShape.SizeHorCursor,
    "right": Qt.CursorShape.SizeHorCursor,
}
