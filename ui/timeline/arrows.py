"""Draws the links of the selection: direct ones thick, others thin; an end beyond the view becomes a stub."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from ui.timeline.colours import Colours
from ui.timeline.content import Content
from ui.timeline.geometry import Geometry
from ui.timeline.links import FlowLink, LinkEnd
from ui.timeline.placing import place_of
from ui.timeline.viewport import Viewport

THICK, HAIR = 2.2, 1.0
HEAD = 6.0
STUB = 26.0
"""How far a stub reaches in from the edge that its other end lies behind."""
BULGE = 16.0, 40.0
"""How far a curve swings out at least and at most: an emit and its call may lie at the same time."""
CLEAR = 6.0
"""An arrow to an emit ends so far from its middle: the mark stays visible."""


class Arrows:
    """Paints links into one view."""

    def __init__(self, content: Content, place: Geometry, viewport: Viewport, scroll: int) -> None:
        self._content = content
        self._place = place
        self._viewport = viewport
        self._scroll = scroll

    def paint(self, painter: QPainter, colours: Colours, links: list[FlowLink]) -> int:
        """Draw what touches the view, thin ones first; how many that were."""
        painter.save()
        place = self._place
        painter.setClipRect(QRectF(place.left, place.emits_top, place.lanes_width, place.height - place.emits_top))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = 0
        for link in sorted(links, key=_is_direct):
            path = self._path(link)
            if path is not None:
                drawn += 1
                ink = colours.arrow if link.direct else colours.arrow_thin
                painter.setPen(QPen(ink, THICK if link.direct else HAIR, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(path)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawPolygon(_head(path, HEAD if link.direct else HEAD - 1.5))
        painter.restore()
        return drawn

    def point(self, end: LinkEnd) -> QPointF:
        """Where an end lies in the widget; may be outside of what is visible."""
        at = place_of(self._content, self._viewport.scale, end)
        x = self._place.left + self._viewport.px_at(at)
        return QPointF(max(-1e6, min(1e6, x)), self._height_of(end))

    def _height_of(self, end: LinkEnd) -> float:
        if end.kind == "dispatch" or end.row >= len(self._content.tracks):
            return self._place.emits_top + self._place.emits_height / 2
        lane = self._content.lane_of(end.row)
        if lane is None:
            return self._place.emits_top + self._place.emits_height / 2
        depth, _ = self._content.tracks.place(end.row)
        return self._place.lanes_top - self._scroll + lane.track_top(depth) + lane.track_height / 2

    def _path(self, link: FlowLink) -> QPainterPath | None:
        tail, tip = self.point(link.cause), self.point(link.effect)
        left, right = self._place.left, self._place.width
        tail_in, tip_in = left <= tail.x() <= right, left <= tip.x() <= right
        if not tail_in and not tip_in:
            return None
        if not tail_in:
            tail = _stub(tip, left if tail.x() < left else right)
        elif not tip_in:
            tip = _stub(tail, left if tip.x() < left else right)
        return _rise(tail, tip) if link.cause.kind == "call" else _curve(tail, tip)


def _is_direct(link: FlowLink) -> bool:
    return link.direct


def _stub(near: QPointF, edge: float) -> QPointF:
    """A short way towards the edge, at the same height, never beyond it."""
    reach = min(STUB, abs(near.x() - edge))
    return QPointF(near.x() + (reach if edge > near.x() else -reach), near.y())


def _rise(tail: QPointF, tip: QPointF) -> QPainterPath:
    """From a call straight to what it emitted at that moment; a stub beside it where one end is out of view."""
    path = QPainterPath(tail)
    away = 0.0 if abs(tail.y() - tip.y()) < 2 * CLEAR else CLEAR if tail.y() > tip.y() else -CLEAR
    path.lineTo(tip.x(), tip.y() + away)
    return path


def _curve(tail: QPointF, tip: QPointF) -> QPainterPath:
    """Leaves to the right and arrives from the left, as time does."""
    path = QPainterPath(tail)
    if abs(tail.y() - tip.y()) < 1:
        path.lineTo(tip)
        return path
    bulge = min(BULGE[1], max(BULGE[0], abs(tip.x() - tail.x()) / 2))
    path.cubicTo(tail.x() + bulge, tail.y(), tip.x() - bulge, tip.y(), tip.x(), tip.y())
    return path


def _head(path: QPainterPath, size: float) -> QPolygonF:
    angle = math.radians(-path.angleAtPercent(1.0))
    tip = path.currentPosition()
    spread = 0.45
    corners = (
        QPointF(tip.x() - size * math.cos(angle + side), tip.y() - size * math.sin(angle + side))
        for side in (spread, -spread)
    )
    return QPolygonF([tip, *corners])
