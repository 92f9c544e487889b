"""Lanes as a person wants them: pinned, moved, hidden and brought back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from bus.picture.backlog import Backlog
from bus.picture.emits import EmitIndex
from bus.picture.lane_marks import LaneMarks
from bus.picture.tracks import CallTracks
from tests.gui.timeline_bus import PlayedBus, Watched
from tests.gui.timeline_view import played
from ui.timeline.content import Content, Indexes
from ui.timeline.lane_choices import LaneChoices
from ui.timeline.lane_menu import LaneMenu
from ui.timeline.view import TimelineView
from ui.widgets.palette import Palette


def titles(view: TimelineView) -> list[str]:
    return [lane.title for lane in view.scene.lanes]


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
    view.scene.lane_choices.pin("charge_card")
    assert titles(view) == ["charge_card", "reserve_stock"]
    view.scene.lane_choices.pin("reserve_stock")
    view.scene.lane_choices.move("reserve_stock", up=True)
    assert titles(view) == ["reserve_stock", "charge_card"]
    view.scene.lane_choices.unpin("reserve_stock")
    assert titles(view) == ["charge_card", "reserve_stock"]


def test_a_right_click_hides_a_lane_and_brings_it_back(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    calls = played(bus, watched, view)
    top = view.place.lanes_top
    choose(menu_at(view, top + 5), "Hide Lane")
    assert titles(view) == ["charge_card"]
    view.scene.selection.select("call", calls[0])  # of the hidden lane: nothing breaks
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
    view.scene.lane_choices.group_by("event")
    assert sorted(titles(view)) == ["order.paid", "order.placed"]
    view.scene.selection.select("call", calls[3])
    view.verbs.next_on_lane(1)
    assert view.scene.selection.id == calls[4], "the next of the same event, whatever its handler"
    choose(menu_at(view, view.place.lanes_top + 5), "Lanes by Thread")
    assert len(titles(view)) == 1
    view.grab()
    view.scene.lane_choices.group_by("handler")
    assert titles(view)[:2] == ["reserve_stock", "charge_card"]


def test_a_flow_has_a_lane_for_all_that_grew_from_one_emit(
    bus: PlayedBus, watched: Watched, view: TimelineView
) -> None:
    first = bus.call(0, 50, "reserve_stock")
    inner = bus.at(20).emit("stock.reserved", parent=first)
    bus.end(bus.start(inner, "pack", "stock.reserved"))
    second = bus.call(200, 50, "reserve_stock")
    watched.pump()
    view.refresh()
    view.scene.lane_choices.group_by("flow")
    roots = [int(watched.trace.calls.dispatch[watched.trace.calls.row_of(call)]) for call in (first, second)]
    assert titles(view) == [f"#{root} order.placed" for root in roots]
    view.scene.selection.select("call", first)
    view.verbs.next_on_lane(1)
    assert watched.trace.names.text(int(watched.trace.calls.handler[1])) == "pack"
    assert watched.trace.calls.row_of(view.scene.selection.id) == 1, "what it caused is on the same lane"
    view.grab()


def test_more_flows_than_lanes_share_the_last_one(bus: PlayedBus, watched: Watched) -> None:
    choices = LaneChoices()
    choices.group_by("flow")
    content = Content(
        watched.trace, choices, Indexes(CallTracks("flow", most_lanes=6), EmitIndex(), Backlog(), LaneMarks())
    )
    for start in range(0, 20, 4):
        for number in range(start, start + 4):
            bus.call(100 * number, 50, "reserve_stock")
        watched.pump()
        content.take_in(None)
    assert [lane.title for lane in content.lanes][-1] == "all others"
    assert len(content.lanes) == 6
    assert sum(len(track) for tracks in content.tracks.lanes.values() for track in tracks) == 20


def test_handlers_of_one_file_share_a_lane(bus: PlayedBus, watched: Watched, view: TimelineView) -> None:
    played(bus, watched, view)
    view.scene.lane_choices.group_by("source")
    assert titles(view) == ["shop/reserve_stock.py", "shop/charge_card.py"]
    view.grab()


def test_a_few_letters_find_a_lane_and_scroll_to_it(window: Any, qtbot: Any) -> None:
    bus = PlayedBus()
    for number in range(60):
        bus.call(10 * number, 5, f"handler_{number:02d}")
    window.session.trace.feed(bus.recorder.take())
    window.bridge.touch()
    window.panels.show_timeline()
    window.timeline.refresh()
    window.wiring.actions.run("lanes.find")
    (palette,) = window.findChildren(Palette)
    assert len(palette.titles()) == 60
    palette.line.setText("er_57")
    palette.choose_current()
    timeline = window.timeline
    lane = next(lane for lane in timeline.scene.lanes if lane.title == "handler_57")
    assert lane in timeline.picture.lanes
    assert timeline.scene.lane_choices.pointed == "handler_57"
    timeline.grab()
    timeline.verbs.clear_selection()
    assert timeline.scene.lane_choices.pointed == ""
    qtbot.waitUntil(lambda: not window.findChildren(Palette))


def test_the_menu_of_commands_groups_lanes_too(window: Any) -> None:
    window.wiring.actions.run("lanes.by_event")
    assert window.timeline.scene.lane_choices.group == "event"
    assert window.wiring.actions["lanes.by_event"].isChecked()
