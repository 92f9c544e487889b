"""Wheel and mouse of the timeline, with the habits of Perfetto's users; everything ends in a verb of the view.

Keys are commands: they stand in ui/actions.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from ui.timeline.lane_menu import LaneMenu

if TYPE_CHECKING:
    from ui.timeline.view import TimelineView

ZOOM_STEP = 1.35
"""One press of W or S, or one notch of the wheel."""
PAN_SHARE = 0.12
"""One press of A or D moves by this share of the view."""
NOTCH = 120
"""Qt's unit of one notch of a wheel."""
LANE_STEP = 48
"""Pixels that one press of Up or Down, or one notch of the wheel, scrolls the lanes by."""


class TimelineInput:
    """Turns what the person does into verbs; holds only the drag that is going on."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view
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
            self._view.zoom_about(ZOOM_STEP ** (down / NOTCH), event.position().x())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self._view.pan(-(across or down) / NOTCH * PAN_SHARE)
        elif self._view.lanes_overflow:
            self._view.scroll_lanes(round(-down / NOTCH * LANE_STEP))
        else:
            self._view.pan(-down / NOTCH * PAN_SHARE)
        event.accept()

    def context(self, event: QContextMenuEvent) -> None:
        """A menu about what is under the pointer, which is selected first; by the keyboard about the selection."""
        view, at = self._view, QPointF(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            lane, meant = view.selected_lane(), bool(view.selection.kind)
        else:
            lane, meant = view.lane_at(at.y()), view.pick(at)
        offered = view.for_selected if meant else view.for_view
        menu = LaneMenu(lane.title if lane else "", view.lanes, view.lane_choices, view, offered)
        menu.show_at(event.globalPos())

    def press(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._last = event.position()
            self._measuring = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

    def move(self, event: QMouseEvent) -> None:
        """Drag to pan; without a button only look."""
        at = event.position()
        if self._pressed is None:
            self._view.look_at(at, event.globalPosition().toPoint())
            return
        if not self._dragging and (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self._view.setCursor(Qt.CursorShape.SizeHorCursor if self._measuring else Qt.CursorShape.ClosedHandCursor)
        if self._dragging and self._measuring:
            self._view.measure(self._pressed.x(), at.x())
        elif self._dragging:
            self._view.drag(self._last.x() - at.x(), self._last.y() - at.y())
            self._last = at

    def release(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click."""
        was_drag, pressed = self._dragging, self._pressed
        self._pressed, self._dragging = None, False
        self._view.unsetCursor()
        if pressed is not None and not was_drag and event.button() == Qt.MouseButton.LeftButton:
            self._view.select_at(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """Fit what is under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._view.select_at(event.position())
            self._view.fit_selection()
