"""Wheel and mouse of the timeline, with the habits of Perfetto's users; everything ends in a verb.

Keys are commands: they stand in ui/actions.py.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from bus.analysis.why import Subject
from buslens.records import NameKind
from ui.timeline.furniture import BREAKABLE, MARGIN
from ui.timeline.lane_menu import LaneMenu
from ui.timeline.lanes import Lane
from ui.timeline.scene import Scene
from ui.timeline.verbs import ZOOM_STEP, TimelineVerbs
from ui.timeline.why_menu import WhyMenu

PAN_SHARE = 0.12
"""One press of A or D moves by this share of the view."""
NOTCH = 120
"""Qt's unit of one notch of a wheel."""
LANE_STEP = 48
"""Pixels that one press of Up or Down, or one notch of the wheel, scrolls the lanes by."""


class TimelineInput(QObject):
    """Turns what the person does into verbs; holds only the drag that is going on."""

    pointed = Signal(QPointF, QPoint)
    """Where the pointer is while nothing is dragged: on the widget, and on the screen."""

    break_wanted = Signal(str, str)
    """Kind and name: what comes to this "event" or "handler" is to be held, or no more."""

    def __init__(self, widget: QWidget, scene: Scene, verbs: TimelineVerbs) -> None:
        super().__init__(widget)
        self._widget, self._scene, self._verbs = widget, scene, verbs
        self.for_selected: tuple[QAction, ...] = ()
        """What a right click offers on a call or an emit."""
        self.for_view: tuple[QAction, ...] = ()
        """The same where nothing is."""
        self.why = WhyMenu(widget)
        """What can be asked about what is under the pointer."""
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = False
        self._measuring = False
        """With Shift held a drag measures instead of moving the view."""

    @property
    def dragging(self) -> bool:
        return self._dragging

    def wheel(self, event: QWheelEvent) -> None:
        """Ctrl zooms about the pointer, Shift or a sideways wheel pans, else lanes scroll, or time where all fit."""
        across, down = event.angleDelta().x(), event.angleDelta().y()
        modifiers = event.modifiers()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._verbs.zoom_about(ZOOM_STEP ** (down / NOTCH), event.position().x())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self._verbs.pan(-(across or down) / NOTCH * PAN_SHARE)
        elif self._scene.lanes_overflow:
            self._verbs.scroll_lanes(round(-down / NOTCH * LANE_STEP))
        else:
            self._verbs.pan(-down / NOTCH * PAN_SHARE)
        event.accept()

    def context(self, event: QContextMenuEvent) -> None:
        """A menu about what is under the pointer, which is selected first; by the keyboard about the selection."""
        scene, at = self._scene, QPointF(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            lane, meant = scene.selected_lane(), bool(scene.selection.kind)
        else:
            lane, meant = scene.lane_at(at.y()), self._verbs.pick(at)
        why = self.why.offer(scene.content.trace, self._subject(lane, at, meant=meant))
        offered = (why, *(self.for_selected if meant else self.for_view))
        menu = LaneMenu(lane.title if lane else "", scene.lanes, scene.lane_choices, self._widget, offered)
        menu.show_at(event.globalPos())

    def _subject(self, lane: Lane | None, at: QPointF, *, meant: bool) -> Subject:
        """What a person asks about: what is selected; else the handler or event of a lane, or all, at this time."""
        scene = self._scene
        if meant:
            return Subject(scene.selection.kind, scene.selection.id)
        when = scene.viewport.ns_at(at.x() - scene.place.left)
        kind = {"handler": NameKind.HANDLER, "event": NameKind.EVENT}.get(scene.lane_choices.group)
        if lane is None or kind is None or scene.content.trace.names.kind(lane.handler) != kind:
            return Subject("moment", 0, when)
        return Subject(scene.lane_choices.group, lane.handler, when)

    def press(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._last = event.position()
            self._measuring = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

    def move(self, event: QMouseEvent) -> None:
        """Drag to pan; without a button only look."""
        at = event.position()
        if self._pressed is None:
            self.pointed.emit(at, event.globalPosition().toPoint())
            return
        if not self._dragging and (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self._widget.setCursor(Qt.CursorShape.SizeHorCursor if self._measuring else Qt.CursorShape.ClosedHandCursor)
        if self._dragging and self._measuring:
            self._verbs.measure(self._pressed.x(), at.x())
        elif self._dragging:
            self._verbs.drag(self._last.x() - at.x(), self._last.y() - at.y())
            self._last = at

    def release(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click."""
        was_drag, pressed = self._dragging, self._pressed
        self._pressed, self._dragging = None, False
        self._widget.unsetCursor()
        if pressed is not None and not was_drag and event.button() == Qt.MouseButton.LeftButton:
            if event.position().x() < MARGIN and self._break(event.position()):
                return
            self._verbs.select_at(event.position())

    def _break(self, at: QPointF) -> bool:
        """Whether a breakpoint can stand there: beside the title of a lane of a handler or an event."""
        lane, group = self._scene.lane_at(at.y()), self._scene.lane_choices.group
        if lane is None or group not in BREAKABLE:
            return False
        self.break_wanted.emit(group, self._scene.content.trace.names.text(lane.handler))
        return True

    def double_click(self, event: QMouseEvent) -> None:
        """Fit what is under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._verbs.select_at(event.position())
            self._verbs.fit_selection()
