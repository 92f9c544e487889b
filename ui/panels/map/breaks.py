"""Breakpoints on the map: a dot on an event or a handler, which a click takes away, and an item of its menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from bus.analysis.topology import NodeKind
from bus.analysis.topology.graph import Node
from bus.analysis.topology.grouping import is_group
from ui.panels.map.canvas import MapCanvas
from ui.panels.map.menu import MapMenu
from ui.panels.map.painter import dot_in
from ui.panels.map.picture import Hit

REACH = 6.0
"""So far around the middle of a dot a click is meant for it, in pixels."""

KINDS = {NodeKind.EVENT: "event", NodeKind.HANDLER: "handler"}


def place_of(node: Node) -> tuple[str, str] | None:
    """Kind and name of where a breakpoint stands at a node; None where none can."""
    kind = KINDS.get(node.kind)
    return None if kind is None or is_group(node) else (kind, node.text)


class MapBreaks(QObject):
    """Of one map."""

    wanted = Signal(str, str)
    """Kind and name: what comes to this "event" or "handler" is to be held, or no more."""

    def __init__(self, canvas: MapCanvas, menu: MapMenu, look: Callable[[str, str], str], parent: QObject) -> None:
        """look: what shows at an "event" or "handler" of a name."""
        super().__init__(parent)
        self._canvas, self._look = canvas, look
        canvas.breaks = self._look_of
        canvas.installEventFilter(self)
        menu.break_wanted.connect(self._ask)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on a dot is about that alone."""
        if not isinstance(event, QMouseEvent) or event.type() != QEvent.Type.MouseButtonPress:
            return False
        hit = self._dot_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if hit is not None:
            self._ask(hit)
        return hit is not None

    def _dot_at(self, point: QPointF) -> Hit | None:
        canvas, picture = self._canvas, self._canvas.picture
        if picture is None:
            return None
        x, y = canvas.camera.to_map(point.x(), point.y())
        hit = picture.at(x, y, REACH / canvas.camera.scale)
        if hit is None or hit.kind != "node" or not self._look_of(picture.topology.nodes[hit.place]):
            return None
        drawn, place = picture.layout, hit.place
        box = QRectF(drawn.left[place], drawn.top[place], drawn.widths[place], drawn.heights[place])
        away = dot_in(box) - QPointF(x, y)
        return hit if away.manhattanLength() * canvas.camera.scale <= 2 * REACH else None

    def _look_of(self, node: Node) -> str:
        place = place_of(node)
        return "" if place is None else self._look(*place)

    def _ask(self, hit: Hit) -> None:
        picture = self._canvas.picture
        place = place_of(picture.topology.nodes[hit.place]) if picture is not None and hit.kind == "node" else None
        if place is not None:
            self.wanted.emit(*place)
