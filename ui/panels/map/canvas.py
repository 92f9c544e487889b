"""The widget on which a map is drawn: zoom, pan, pointing, selecting, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from bus.analysis.topology.graph import Node
from bus.analysis.topology.ways import path_along, path_through
from ui.panels.map.camera import STEP, Camera
from ui.panels.map.painter import MapPainter, Marked
from ui.panels.map.picture import REACH, Hit, MapPicture
from ui.panels.map.walking import neighbour
from ui.theme import ThemeSource

NOTCH = 120
PAN = 60
READABLE = 0.6
"""The least scale at which something that was looked for is shown."""

ZOOM = {
    Qt.Key.Key_Plus: STEP, Qt.Key.Key_Equal: STEP, Qt.Key.Key_W: STEP,
    Qt.Key.Key_Minus: 1 / STEP, Qt.Key.Key_S: 1 / STEP,
}  # fmt: skip
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MapCanvas(QWidget):
    """Shows one picture; says what a person chooses in it."""

    chosen = Signal(object)
    """A Hit, by a click or an arrow key; None: nothing is selected any more."""

    opened = Signal(object)
    """A Hit, by a double click or Enter."""

    menu_wanted = Signal(object, QPoint)
    """A Hit, and where on the screen."""

    font_changed = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.picture: MapPicture | None = None
        self.camera = Camera()
        self.marked = Marked()
        self._pointed: Hit | None = None
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._fitted = True
        """Whether the whole is in view because nobody has chosen a part of it: then it stays so."""

        self._painter: MapPainter | None = None
        self.breaks: Callable[[Node], str] = _no_breakpoint
        """What a node shows of breakpoints."""

        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Map of who emits and who handles")

    def show_picture(self, picture: MapPicture | None, selected: Hit | None = None, *, stay: bool = False) -> None:
        """Show another picture. stay: with what is selected where it was, as far as it was anywhere."""
        before = self._place_of_selected() if stay and not self._fitted else None
        self.picture, self._pointed = picture, None
        theme, font = self._themes.theme, self.font()
        self._painter = MapPainter(picture, theme, font, self.breaks) if picture is not None else None
        self.mark(selected)
        if self._fitted or not stay:
            self.fit()
        elif before is not None and (after := self._place_of_selected()) is not None:
            self.camera.move(after[0] - before[0], after[1] - before[1])
        self.update()

    def mark(self, selected: Hit | None, found: frozenset[int] | None = None) -> None:
        """Tell apart what is selected, and the nodes that were looked for (None: those of before)."""
        picture = self.picture
        shown = self.marked.found if found is None and picture is not None else found or frozenset()
        self.marked = Marked(selected, shown, self.marked.lit if self._pointed is not None else None)
        self.setAccessibleDescription(
            picture.sentence(selected) if picture is not None and selected is not None else ""
        )
        self.update()

    def fit(self) -> None:
        """See the whole of it."""
        self._fitted = True
        if self.picture is not None:
            self.camera.fit(self.picture.layout.width, self.picture.layout.height, self._room)
        self.update()

    def reveal(self, node: int) -> None:
        """Bring a node into the middle, large enough to be read."""
        if self.picture is not None:
            self._fitted = False
            self.camera.scale = max(self.camera.scale, READABLE)
            self.camera.centre(self.picture.middle(node), self._room)
            self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller, around a point, or around the middle."""
        self._fitted = False
        where = at or QPointF(self.width() / 2, self.height() / 2)
        self.camera.zoom(factor, (where.x(), where.y()))
        self.update()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        if self._painter is not None:
            self._painter.theme = self._themes.theme
        self.update()

    def point_at(self, hit: Hit | None) -> None:
        """Light the whole path through what is pointed at."""
        self._pointed = hit
        lit = None
        if hit is not None and self.picture is not None:
            topology = self.picture.topology
            if hit.kind == "node":
                nodes, edges = path_through(topology, hit.place)
            else:
                nodes, edges = path_along(topology, hit.place)
            lit = frozenset(nodes), frozenset(edges)
        self.marked = Marked(self.marked.selected, self.marked.found, lit)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is in view."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._themes.theme.background)
        if self._painter is not None:
            self._painter.paint(painter, self.camera, self._room, self.marked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What was seen whole is seen whole."""
        if self._fitted:
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Letters of another size need another picture."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.font_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; with Shift, or sideways, move."""
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self._move(-(across or down) / NOTCH * PAN, 0)
        else:
            self.zoom(STEP ** (down / NOTCH), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag to move; without a button light the path."""
        at = event.position()
        if self._pressed is None:
            hit = self._at(at)
            if hit != self._pointed:
                self.point_at(hit)
                said = self.picture.sentence(hit) if self.picture is not None and hit is not None else ""
                QToolTip.showText(event.globalPosition().toPoint(), said, self)
            return
        if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance() or self._last != self._pressed:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._move(self._last.x() - at.x(), self._last.y() - at.y())
            self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click."""
        was_drag = self._pressed is not None and self._last != self._pressed
        pressed, self._pressed = self._pressed, None
        self.unsetCursor()
        if pressed is not None and not was_drag and event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self._at(event.position())
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(hit)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self.point_at(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu about what is under the pointer, or by the keyboard about what is selected."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        hit = self.marked.selected if by_key else self._at(QPointF(event.pos()))
        if hit is not None:
            self.menu_wanted.emit(hit, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go along the edges, plus and minus zoom, Home shows all, Enter opens."""
        key, selected = Qt.Key(event.key()), self.marked.selected
        if key in ZOOM:
            self.zoom(ZOOM[key])
        elif key in ARROWS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(*(PAN * way for way in ARROWS[key]))
        elif key in ARROWS and self.picture is not None:
            self._go(neighbour(self.picture, selected, ARROWS[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.fit()
        elif key in OPEN and selected is not None:
            self.opened.emit(selected)
        elif key == Qt.Key.Key_Escape and selected is not None:
            self._choose(None)
        else:
            super().keyPressEvent(event)

    def _go(self, node: int) -> None:
        if node >= 0 and self.picture is not None:
            self._choose(Hit("node", node))
            x, y = self.camera.to_screen(*self.picture.middle(node))
            if not self.rect().adjusted(20, 12, -20, -12).contains(round(x), round(y)):
                self.reveal(node)

    def _choose(self, hit: Hit | None) -> None:
        self.mark(hit)
        self.chosen.emit(hit)

    def _move(self, across: float, down: float) -> None:
        self._fitted = False
        self.camera.move(across, down)
        self.update()

    def _at(self, point: QPointF) -> Hit | None:
        if self.picture is None:
            return None
        return self.picture.at(*self.camera.to_map(point.x(), point.y()), REACH / self.camera.scale)

    def _place_of_selected(self) -> tuple[float, float] | None:
        hit = self.marked.selected
        if hit is None or hit.kind != "node" or self.picture is None:
            return None
        return self.camera.to_screen(*self.picture.middle(hit.place))

    @property
    def _room(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())


def _no_breakpoint(_node: Node) -> str:
    return ""
