"""Paints a map: only what is in view, and no letters where nobody could read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF

from bus.analysis.topology import Edge, NodeKind
from bus.analysis.topology.graph import Node
from bus.analysis.topology.layout import Point
from bus.analysis.topology.looks import share_failed, share_lost, width_of
from ui.dots import paint_dot
from ui.panels.map.camera import Camera
from ui.panels.map.picture import SMALL, Hit, MapPicture
from ui.theme import Theme

NAMES_FROM, WORDS_FROM, NEAR_FROM = 0.4, 0.55, 0.15
"""From which scale on names, the words of edges, and curves in place of lines are painted."""

DIM = 0.16
"""How much is left of what does not belong to what is pointed at."""

DOT_INSIDE = 8.0
"""The dot of a breakpoint, from the left edge of its node."""

LEAST_TINT = 0.35
"""Of the colour of trouble, where very little of the traffic is in trouble."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What of a picture is told apart from the rest."""

    selected: Hit | None = None
    found: frozenset[int] = frozenset()
    """Nodes whose names have what is looked for."""

    lit: tuple[frozenset[int], frozenset[int]] | None = None
    """Nodes and edges on the path through what is pointed at; all others are dimmed. None: nothing is pointed at."""


@dataclass(slots=True)
class MapPainter:
    """Paints one picture in the colours of one theme."""

    picture: MapPicture
    theme: Theme
    font: QFont
    breaks: Callable[[Node], str]
    """What a node shows of breakpoints: "on", "off" or "" (ui.dots)."""

    _paths: dict[int, QPainterPath] = field(default_factory=dict)

    def paint(self, painter: QPainter, camera: Camera, room: Point, marked: Marked) -> None:
        """Paint what the camera sees in a widget of this size."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(camera.scale, camera.scale)
        painter.translate(-camera.x, -camera.y)
        painter.setFont(self.font)
        seen = QRectF(camera.x, camera.y, room[0] / camera.scale, room[1] / camera.scale)
        edges = self._edges_in(seen)
        if camera.scale < NEAR_FROM and marked.lit is None:
            self._from_afar(painter, edges, self._nodes_in(seen))
            return
        for edge in edges:
            self._edge(painter, edge, camera.scale, marked)
        painter.setOpacity(1.0)
        if camera.scale >= WORDS_FROM:
            for edge in edges:
                if edge in self.picture.labels:
                    self._words(painter, edge, marked)
        for node in self._nodes_in(seen):
            self._node(painter, node, camera.scale, marked)

    def _from_afar(self, painter: QPainter, edges: list[int], nodes: list[int]) -> None:
        """Thousands of nodes at once: lines and boxes by colour, without letters."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        topology, drawn = self.picture.topology, self.picture.layout
        lines: dict[str, list[QLineF]] = {}
        for edge in edges:
            each = topology.edges[edge]
            look = self.theme.failed if each.failed else self.theme.warning if each.lost else self.theme.control
            lines.setdefault(look, []).extend(QLineF(*one, *other) for one, other in pairwise(drawn.ways[edge]))
        for look, some in lines.items():
            painter.setPen(QPen(QColor(look), 0))
            painter.drawLines(some)
        boxes: dict[NodeKind, list[QRectF]] = {}
        for node in nodes:
            box = QRectF(drawn.left[node], drawn.top[node], drawn.widths[node], drawn.heights[node])
            boxes.setdefault(topology.nodes[node].kind, []).append(box)
        painter.setPen(QPen(QColor(self.theme.control), 0))
        for kind, found in boxes.items():
            painter.setBrush(QColor(_ground(kind, self.theme)))
            painter.drawRects(found)

    def _edges_in(self, seen: QRectF) -> list[int]:
        boxes = self.picture.boxes
        inside = (boxes[:, 0] <= seen.right()) & (boxes[:, 2] >= seen.left())
        inside &= (boxes[:, 1] <= seen.bottom()) & (boxes[:, 3] >= seen.top())
        return list(np.flatnonzero(inside).tolist())

    def _nodes_in(self, seen: QRectF) -> list[int]:
        drawn = self.picture.layout
        inside = (drawn.left <= seen.right()) & (drawn.left + drawn.widths >= seen.left())
        inside &= (drawn.top <= seen.bottom()) & (drawn.top + drawn.heights >= seen.top())
        return list(np.flatnonzero(inside).tolist())

    def _edge(self, painter: QPainter, place: int, scale: float, marked: Marked) -> None:
        edge, way = self.picture.topology.edges[place], self.picture.layout.ways[place]
        painter.setOpacity(DIM if marked.lit is not None and place not in marked.lit[1] else 1.0)
        is_selected = marked.selected == Hit("edge", place)
        colour = QColor(self.theme.accent) if is_selected else self._colour(edge)
        # However small the picture is, a line stays to be seen.
        width = max(width_of(edge) + 1.5 * is_selected, 0.7 / scale)
        pen = QPen(colour, width)
        if edge.is_idle:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path(place))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(_head(way, 4 + width))

    def _path(self, place: int) -> QPainterPath:
        path = self._paths.get(place)
        if path is None:
            way = self.picture.layout.ways[place]
            path = self._paths[place] = QPainterPath(QPointF(*way[0]))
            for (x, y), (further_x, further_y) in pairwise(way):
                half = (x + further_x) / 2
                path.cubicTo(half, y, half, further_y, further_x, further_y)
        return path

    def _colour(self, edge: Edge) -> QColor:
        """Redder the larger the share that failed; amber in the same way where something was lost."""
        usual = QColor(self.theme.control)
        for share, trouble in ((share_failed(edge), self.theme.failed), (share_lost(edge), self.theme.warning)):
            if share:
                return _mixed(usual, QColor(trouble), LEAST_TINT + (1 - LEAST_TINT) * share)
        return usual

    def _words(self, painter: QPainter, place: int, marked: Marked) -> None:
        edge, (x, y) = self.picture.topology.edges[place], self.picture.labels[place]
        if marked.lit is not None and place not in marked.lit[1]:
            return
        font = QFont(self.font)
        font.setPointSizeF(self.font.pointSizeF() * SMALL)
        painter.setFont(font)
        letters = self.picture.letters
        width, height = letters.width(self.picture.words[place]) * SMALL + 4, letters.line * SMALL
        box = QRectF(x - width / 2, y - height / 2, width, height)
        painter.fillRect(box, QColor(self.theme.background))
        trouble = self.theme.failed if edge.failed else self.theme.warning if edge.lost else self.theme.muted
        painter.setPen(QColor(trouble))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.picture.words[place])
        painter.setFont(self.font)

    def _node(self, painter: QPainter, place: int, scale: float, marked: Marked) -> None:
        drawn, node, theme = self.picture.layout, self.picture.topology.nodes[place], self.theme
        box = QRectF(drawn.left[place], drawn.top[place], drawn.widths[place], drawn.heights[place])
        painter.setOpacity(DIM if marked.lit is not None and place not in marked.lit[0] else 1.0)
        is_selected = marked.selected == Hit("node", place)
        pen = QPen(QColor(theme.accent if is_selected or place in marked.found else theme.control))
        pen.setWidthF(max(2.5 if is_selected or place in marked.found else 1.0, 0.7 / scale))
        if node.kind in (NodeKind.CODE, NodeKind.UNKNOWN):
            pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painter.setBrush(QColor(_ground(node.kind, theme)))
        if node.members > 1 and node.prefix:
            painter.drawRoundedRect(box.translated(3, 3), *_corners(node.kind, box))
        painter.drawRoundedRect(box, *_corners(node.kind, box))
        if node.kind is NodeKind.QUEUE:
            for x in (box.left() + 4, box.right() - 4):
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        if scale >= NAMES_FROM:
            self._names(painter, place, box)
        paint_dot(painter, QColor(theme.failed), dot_in(box), self.breaks(node))

    def _names(self, painter: QPainter, place: int, box: QRectF) -> None:
        line = self.picture.letters.line
        for row, text in enumerate(self.picture.texts[place]):
            painter.setPen(QColor(self.theme.muted if row else self.theme.text))
            if row:
                small = QFont(self.font)
                small.setPointSizeF(self.font.pointSizeF() * SMALL)
                painter.setFont(small)
            at = QRectF(box.left(), box.top() + 4 + row * line, box.width(), line)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
            painter.setFont(self.font)


def dot_in(box: QRectF) -> QPointF:
    """The middle of the dot of a breakpoint in the box of a node."""
    return QPointF(box.left() + DOT_INSIDE, box.center().y())


def _ground(kind: NodeKind, theme: Theme) -> str:
    if kind is NodeKind.EVENT:
        return theme.selection
    return theme.raised if kind is NodeKind.HANDLER else theme.background


def _corners(kind: NodeKind, box: QRectF) -> tuple[float, float]:
    radius = box.height() / 2 if kind is NodeKind.HANDLER else 3.0
    return radius, radius


def _head(way: tuple[Point, ...], size: float) -> QPolygonF:
    (before, _), (x, y) = way[-2:]
    back = x - size if before < x else x + size
    return QPolygonF([QPointF(x, y), QPointF(back, y - size / 2), QPointF(back, y + size / 2)])


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    parts = zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()), strict=True)
    return QColor(*(round(first + (second - first) * share) for first, second in parts))
