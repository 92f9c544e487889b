"""A right click is about what is under the pointer: a call or an emit, which is selected first, or the view."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import centre_of_call, played
from ui.timeline.lane_menu import LaneMenu
from ui.timeline.view import TimelineView

Reason = QContextMenuEvent.Reason
ABOUT_A_ROW = {
    "flow.cone", "payload.copy", "note.add", "dispatch.emit_again", "dispatch.emit_edited", "breakpoint.toggle",
    "call.redeliver", "call.redeliver_edited",
}  # fmt: skip
ABOUT_THE_VIEW = {"view.fit", "view.follow", "view.freeze", "mark.clear"}


def menu_at(view: TimelineView, at: QPoint, reason: Reason = Reason.Mouse) -> set[str]:
    """Names of what a menu there offers beside lanes."""
    QApplication.sendEvent(view, QContextMenuEvent(reason, at, view.mapToGlobal(at)))
    (menu,) = view.findChildren(LaneMenu)
    names = {action.objectName() for action in menu.actions() if action.objectName()}
    menu.close()
    menu.deleteLater()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    return names


def shown(window: Any, qtbot: Any) -> tuple[TimelineView, list[int], Watched]:
    """The real window's timeline with some calls."""
    bus = PlayedBus()
    calls = [bus.call(100 * number, 50, ("reserve_stock", "charge_card")[number % 2]) for number in range(10)]
    window.session.trace.feed(bus.recorder.take())
    window.bridge.touch()
    window.panels.show_timeline()
    view = window.timeline
    view.refresh()
    view.verbs.fit()
    qtbot.waitExposed(view)
    watched = Watched(bus)
    watched.trace = window.session.trace
    return view, calls, watched


def test_on_a_bar_it_is_about_that_call_whatever_was_selected(window: Any, qtbot: Any) -> None:
    view, calls, watched = shown(window, qtbot)
    view.scene.selection.select("call", calls[0])
    names = menu_at(view, centre_of_call(view, watched, calls[6]))
    assert (view.scene.selection.kind, view.scene.selection.id) == ("call", calls[6])
    assert names == ABOUT_A_ROW


def test_on_empty_room_it_is_about_the_view_and_the_selection_stays(window: Any, qtbot: Any) -> None:
    view, calls, watched = shown(window, qtbot)
    view.scene.selection.select("call", calls[0])
    between = centre_of_call(view, watched, calls[6]) + QPoint(round(view.viewport.width * 0.06), 0)
    assert menu_at(view, between) == ABOUT_THE_VIEW
    assert view.scene.selection.id == calls[0]
    assert menu_at(view, QPoint(20, view.height() - 5)) == ABOUT_THE_VIEW


def test_on_a_mark_of_the_emits_it_is_about_that_dispatch(window: Any, qtbot: Any) -> None:
    view, calls, watched = shown(window, qtbot)
    dispatch = int(watched.trace.calls.dispatch[watched.trace.calls.row_of(calls[4])])
    x = round(view.place.left + view.viewport.px_of(400 * MS))
    names = menu_at(view, QPoint(x, view.place.emits_top + view.place.emits_height // 2))
    assert (view.scene.selection.kind, view.scene.selection.id) == ("dispatch", dispatch)
    assert names == ABOUT_A_ROW


def test_the_menu_key_is_about_the_selection(window: Any, qtbot: Any) -> None:
    view, calls, _ = shown(window, qtbot)
    middle = QPoint(view.width() // 2, view.height() - 5)
    assert menu_at(view, middle, Reason.Keyboard) == ABOUT_THE_VIEW
    view.scene.selection.select("call", calls[3])
    assert menu_at(view, middle, Reason.Keyboard) == ABOUT_A_ROW
    assert view.scene.selection.id == calls[3]


def test_without_a_window_it_still_offers_lanes(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    assert menu_at(view, centre_of_call(view, watched, calls[2])) == set()
    assert view.scene.selection.id == calls[2]
