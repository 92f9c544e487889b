"""What the tests of the timeline do again and again: play some calls, look at pixels, find a bar."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.gui.timeline_bus import PlayedBus, Watched
from ui.actions import ACTIONS
from ui.qt_actions import QtActions
from ui.state import CommandState
from ui.theme import LIGHT
from ui.timeline.view import TimelineView
from ui.verbs_view import ViewVerbs

RED = QColor(LIGHT.failed)


def give_commands(view: TimelineView) -> QtActions:
    """The commands of the table whose keys count on a timeline, as the window gives them to its own."""
    seen: Any = SimpleNamespace(timeline=view)
    verbs: Any = SimpleNamespace(view=ViewVerbs(seen, view), timeline=view.verbs)

    def state_now() -> CommandState:
        return CommandState(
            has_records=True, selected=view.scene.selection.kind, following=view.following, frozen=view.frozen
        )

    actions = QtActions([action for action in ACTIONS if action.place == "timeline"], verbs, state_now, view, view)
    view.scene.selection.changed.connect(actions.refresh)
    view.following_changed.connect(actions.refresh)
    return actions


def played(bus: PlayedBus, watched: Watched, view: TimelineView, calls: int = 20) -> list[int]:
    """Calls of two handlers in turn, 100 ms apart, 50 ms long."""
    ids = [bus.call(100 * number, 50, ("reserve_stock", "charge_card")[number % 2]) for number in range(calls)]
    watched.pump()
    view.refresh()
    return ids


def pixels(view: TimelineView) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """What is on the screen, as rows of blue, green, red, alpha."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def red_columns(view: TimelineView, title: str) -> list[int]:
    """Columns of a handler's lane in which something is red."""
    lane = next(lane for lane in view.scene.lanes if lane.title == title)
    place, ratio = view.place, view.devicePixelRatioF()
    top, left = round((place.lanes_top + lane.top) * ratio), round(place.left * ratio)
    strip = pixels(view)[top : top + round(lane.height * ratio), left : round(place.width * ratio)].astype(int)
    wanted = np.array([RED.blue(), RED.green(), RED.red()])
    return [int(column) for column in np.flatnonzero((abs(strip[:, :, :3] - wanted).sum(axis=2) < 12).any(axis=0))]


def centre_of_call(view: TimelineView, watched: Watched, call: int) -> QPoint:
    """Where the middle of a call's bar is in the widget."""
    calls = watched.trace.calls
    row = calls.row_of(call)
    lane = next(lane for lane in view.scene.lanes if lane.title == watched.trace.names.text(int(calls.handler[row])))
    middle = (int(calls.started_ns[row]) + int(calls.ended_ns[row])) // 2
    y = view.place.lanes_top + lane.top + lane.height // 2
    return QPoint(round(view.place.left + view.viewport.px_of(middle)), y)


def wheel(view: TimelineView, at: QPoint, down: int, modifiers: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, down), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
