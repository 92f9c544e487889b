"""Wheel, drag, keys, pointer and overview: moving about, and being told what is there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import centre_of_call, played, wheel
from ui.timeline.view import TimelineView


def test_dragging_moves_the_view_and_selects_nothing(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    view.verbs.zoom_in()
    before = view.viewport
    start = centre_of_call(view, watched, calls[10])
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(40, 0))
    QTest.mouseMove(view, start + QPoint(80, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(80, 0))
    assert abs(before.px_of(view.viewport.start_ns) + 80) <= 1
    assert view.scene.selection.kind == ""


def test_keys_walk_along_the_lane_and_along_the_flow(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    root = bus.at(0).emit("order.placed")
    reserve = bus.start(root, "reserve_stock")
    inner = bus.at(20).emit("stock.reserved", parent=reserve)
    charge = bus.start(inner, "charge_card", "stock.reserved")
    bus.at(40).end(charge)
    bus.end(reserve)
    later = bus.call(100, 10, "reserve_stock")
    watched.pump()
    view.refresh()
    view.scene.selection.select("dispatch", root)
    walked = []
    for key in (Qt.Key.Key_BracketRight,) * 3 + (Qt.Key.Key_BracketLeft,) * 2 + (Qt.Key.Key_Period, Qt.Key.Key_Comma):
        QTest.keyClick(view, key)
        walked.append(view.scene.selection.id)
    assert walked == [reserve, inner, charge, inner, reserve, later, reserve]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.scene.selection.kind == ""


def test_f_centres_the_selection_and_then_fits_it(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    view.scene.selection.select("call", calls[5])
    QTest.keyClick(view, Qt.Key.Key_F)
    assert abs(view.viewport.px_of(525 * MS) - view.viewport.width / 2) <= 2
    wide = view.viewport.span_ns
    QTest.keyClick(view, Qt.Key.Key_F)
    assert view.viewport.span_ns < wide
    assert view.viewport.shows(500 * MS)
    assert view.viewport.shows(550 * MS)
    assert view.viewport.span_ns < 120 * MS


def test_fitting_an_emit_shows_it_until_its_last_call_ends(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    calls = played(bus, watched, view)
    view.scene.selection.select("dispatch", int(watched.trace.calls.dispatch[watched.trace.calls.row_of(calls[7])]))
    view.verbs.fit_selection()
    assert view.viewport.shows(700 * MS)
    assert view.viewport.shows(750 * MS)
    assert view.viewport.span_ns < 120 * MS


def test_ctrl_and_wheel_zoom_about_the_pointer(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    at = centre_of_call(view, watched, calls[3])
    pointed = view.viewport.ns_at(at.x() - view.place.left)
    wheel(view, at, 120, Qt.KeyboardModifier.ControlModifier)
    assert abs(view.viewport.ns_at(at.x() - view.place.left) - pointed) <= view.viewport.ns_per_px
    assert not view.following


def test_the_wheel_scrolls_lanes_where_there_are_more_than_fit(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    for number in range(60):
        bus.call(number, 1, f"handler_{number:02d}")
    watched.pump()
    view.refresh()
    first = view.picture.lanes[0].title
    wheel(view, QPoint(500, 200), -240, Qt.KeyboardModifier.NoModifier)
    assert view.picture.lanes[0].title > first
    before = view.viewport
    wheel(view, QPoint(500, 200), -120, Qt.KeyboardModifier.ShiftModifier)
    assert view.viewport != before


def test_only_lanes_in_view_are_looked_at(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    for number in range(300):
        bus.call(number, 1, f"handler_{number:03d}")
    watched.pump()
    view.refresh()
    assert len(view.picture.tracks) <= 400 / 20


def test_hovering_tells_names_and_numbers(view: TimelineView, bus: PlayedBus, watched: Watched, qtbot: Any) -> None:
    failed = bus.call(500, 50, "charge_card", error=ValueError("card <b>declined</b>"))
    bus.call(900, 50, "charge_card")
    watched.pump()
    view.refresh()
    with qtbot.waitSignal(view.hovered) as told:
        QTest.mouseMove(view, centre_of_call(view, watched, failed))
    text = told.args[0]
    assert "charge_card" in text
    assert f"call {failed}" in text
    assert "ValueError: card <b>declined</b>" in text
    assert "50 ms" in text
    assert "order.placed" in text


def test_the_filter_dims_what_does_not_match(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    played(bus, watched, view)
    view.scene.contents.filter_state.set_text("handler:charge_card")
    bars = view.picture.bars
    shown = {one.lane.title: bool(bars.shown[bars.of(one.line)].any()) for one in view.picture.tracks}
    assert shown == {"reserve_stock": False, "charge_card": True}
    view.scene.contents.filter_state.clear()
    assert bool(view.picture.bars.shown.all())


def test_dragging_over_the_overview_zooms_to_that_stretch(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    played(bus, watched, view)
    view.grab()
    strip = view.overview
    from_x, to_x = strip.width() // 4, strip.width() // 2
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(from_x, 20))
    QTest.mouseMove(strip, QPoint(to_x, 20))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(to_x, 20))
    whole = strip.whole()
    assert abs(view.viewport.start_ns - whole.ns_at(from_x)) <= 2 * whole.ns_per_px
    assert abs(view.viewport.end_ns - whole.ns_at(to_x)) <= 2 * whole.ns_per_px
    view.grab()
    middle = strip.brush().center().toPoint()
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(strip, middle + QPoint(60, 0))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
    assert abs(view.viewport.start_ns - whole.ns_at(from_x + 60)) <= 3 * whole.ns_per_px
