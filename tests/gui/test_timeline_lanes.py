"""Lanes as a person wants them: pinned, moved, hidden and brought back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from tests.gui.timeline_bus import PlayedBus, Watched
from tests.gui.timeline_view import played
from ui.timeline.lane_menu import LaneMenu
from ui.timeline.view import TimelineView


def titles(view: TimelineView) -> list[str]:
    return [lane.title for lane in view.lanes]


def menu_at(view: TimelineView, y: int) -> LaneMenu:
    at = QPoint(20, y)
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
    (menu,) = view.findChildren(LaneMenu)
    return menu


def choose(menu: LaneMenu, words: str) -> None:
    action = next(action for action in menu.actions() if action.text().startswith(words))
    assert action.isEnabled()
    action.trigger()
    menu.close()
    menu.deleteLater()
    QApplication.processEvents()
    QApplication.sendPostedEvents()


def test_a_pinned_lane_stands_on_top_and_can_be_moved(bus: PlayedBus, watched: Watched, view: TimelineView) -> None:
    played(bus, watched, view)
    assert titles(view) == ["reserve_stock", "charge_card"]
    view.lane_choices.pin("charge_card")
    assert titles(view) == ["charge_card", "reserve_stock"]
    view.lane_choices.pin("reserve_stock")
    view.lane_choices.move("reserve_stock", up=True)
    assert titles(view) == ["reserve_stock", "charge_card"]
    view.lane_choices.unpin("reserve_stock")
    assert titles(view) == ["charge_card", "reserve_stock"]


def test_a_right_click_hides_a_lane_and_brings_it_back(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    calls = played(bus, watched, view)
    top = view.place.lanes_top
    choose(menu_at(view, top + 5), "Hide Lane")
    assert titles(view) == ["charge_card"]
    view.selection.select("call", calls[0])  # of the hidden lane: nothing breaks
    view.grab()
    qtbot.waitUntil(lambda: not view.findChildren(LaneMenu))
    choose(menu_at(view, top + 500), "Show All Lanes (1 hidden)")
    assert titles(view) == ["reserve_stock", "charge_card"]


def test_only_one_lane_is_left_and_what_comes_later_stays_hidden(
    bus: PlayedBus, watched: Watched, view: TimelineView
) -> None:
    played(bus, watched, view)
    choose(menu_at(view, view.place.lanes_top + 5), "Hide All Other Lanes")
    played(bus.at(5_000), watched, view, calls=4)
    assert titles(view) == ["reserve_stock"]


def test_lanes_by_event_and_by_thread_and_back(bus: PlayedBus, watched: Watched, view: TimelineView) -> None:
    calls = played(bus, watched, view)
    bus.at(3_000)
    dispatch = bus.emit("order.paid")
    bus.end(bus.start(dispatch, "pack", "order.paid"))
    watched.pump()
    view.refresh()
    view.lane_choices.group_by("event")
    assert sorted(titles(view)) == ["order.paid", "order.placed"]
    view.selection.select("call", calls[3])
    view.next_on_lane(1)
    assert view.selection.id == calls[4], "the next of the same event, whatever its handler"
    choose(menu_at(view, view.place.lanes_top + 5), "Lanes by Thread")
    assert len(titles(view)) == 1
    view.grab()
    view.lane_choices.group_by("handler")
    assert titles(view)[:2] == ["reserve_stock", "charge_card"]


def test_the_menu_of_commands_groups_lanes_too(window: Any) -> None:
    window.wiring.actions.run("lanes.by_event")
    assert window.timeline.lane_choices.group == "event"
    assert window.wiring.actions["lanes.by_event"].isChecked()
