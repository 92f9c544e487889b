"""What a person gets from the timeline: the newest while it happens, and whatever they look for when they stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from buslens import wire
from tests.gui.timeline_bus import MS, Engine, PlayedBus, Watched, as_session
from ui.filter_state import FilterState
from ui.selection import Selection
from ui.theme import LIGHT, ThemeSource
from ui.timeline.view import TimelineView

RED = QColor(LIGHT.failed)


@pytest.fixture
def bus() -> PlayedBus:
    return PlayedBus()


@pytest.fixture
def watched(bus: PlayedBus) -> Watched:
    return Watched(bus)


@pytest.fixture
def view(clean_qt: None, qtbot: Any, watched: Watched) -> Iterator[TimelineView]:
    keepers = [Selection(), FilterState(), ThemeSource(LIGHT)]
    view = TimelineView(as_session(watched), *keepers)
    view.resize(1000, 400)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.close()
    view.deleteLater()


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
    lane = next(lane for lane in view.lanes if lane.title == title)
    place, ratio = view.place, view.devicePixelRatioF()
    top, left = round((place.lanes_top + lane.top) * ratio), round(place.left * ratio)
    strip = pixels(view)[top : top + round(lane.height * ratio), left : round(place.width * ratio)].astype(int)
    wanted = np.array([RED.blue(), RED.green(), RED.red()])
    return [int(column) for column in np.flatnonzero((abs(strip[:, :, :3] - wanted).sum(axis=2) < 12).any(axis=0))]


def centre_of_call(view: TimelineView, watched: Watched, call: int) -> QPoint:
    """Where the middle of a call's bar is in the widget."""
    calls = watched.trace.calls
    row = calls.row_of(call)
    lane = next(lane for lane in view.lanes if lane.title == watched.trace.names.text(int(calls.handler[row])))
    middle = (int(calls.started_ns[row]) + int(calls.ended_ns[row])) // 2
    y = view.place.lanes_top + lane.top + lane.height // 2
    return QPoint(round(view.place.left + view.viewport.px_of(middle)), y)


def test_an_empty_timeline_says_what_to_do(view: TimelineView) -> None:
    assert view.hints.empty.isVisible()
    assert "Run the scenario" in view.hints.empty.text()


def test_lanes_stand_in_the_order_of_registration_even_before_a_call(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    for name in ("zulu", "alpha", "mike"):
        bus.handler(name)
    bus.call(1, 1, "mike")
    watched.pump()
    view.refresh()
    assert [lane.title for lane in view.lanes] == ["zulu", "alpha", "mike"]
    assert not view.hints.empty.isVisible()


def test_a_handler_of_several_events_has_one_lane(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.handler("audit", "order.placed")
    bus.handler("audit", "order.paid")
    watched.pump()
    view.refresh()
    assert [lane.title for lane in view.lanes] == ["audit"]


def test_calls_that_overlap_are_stacked_under_each_other(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    open_calls = [bus.start(bus.at(ms).emit(), "slow") for ms in (0, 10, 20)]
    for call in open_calls:
        bus.at(100).end(call)
    watched.pump()
    view.refresh()
    assert [lane.tracks for lane in view.lanes] == [3]
    assert len({one.top for one in view.picture.tracks}) == 3


def test_a_running_call_grows_although_no_record_comes(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.start(bus.at(0).emit(), "stuck")
    watched.pump(10)
    view.refresh()
    ends = []
    for ms in (20, 40, 80):
        watched.engine_state = Engine("running", ms * MS)
        view.refresh()
        (one,) = view.picture.tracks
        assert bool(one.bars.running[0])
        ends.append(view.viewport.ns_at(float(one.bars.right[0]) / view.devicePixelRatioF()))
    assert ends[0] < ends[1] < ends[2]


def test_following_shows_the_newest(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    for second in range(30):
        bus.call(1000 * second, 10, "tick")
        watched.pump(1000 * second + 10)
        view.refresh()
        assert view.viewport.shows(watched.trace.span_ns[1])


@pytest.mark.parametrize("key", [Qt.Key.Key_A, Qt.Key.Key_W, Qt.Key.Key_S])
def test_following_stops_when_the_person_scrolls_or_zooms(
    view: TimelineView, bus: PlayedBus, watched: Watched, key: Qt.Key
) -> None:
    played(bus, watched, view)
    watched.pump(2500)
    view.refresh()
    assert view.following
    assert not view.resume_hint.isVisible()
    QTest.keyClick(view, key)
    assert not view.following
    assert view.resume_hint.isVisible()
    assert "newest" in view.resume_hint.text()
    held = view.viewport
    watched.engine_state = Engine("running", 9000 * MS)
    view.refresh()
    assert view.viewport == held


@pytest.mark.parametrize("way", ["End", "click", "scroll"])
def test_following_resumes_by_key_by_click_and_by_scrolling_to_the_end(
    view: TimelineView, bus: PlayedBus, watched: Watched, way: str
) -> None:
    played(bus, watched, view)
    watched.pump(2500)
    view.refresh()
    view.zoom_in()
    view.pan(-1)
    assert not view.following
    if way == "End":
        QTest.keyClick(view, Qt.Key.Key_End)
    elif way == "click":
        QTest.mouseClick(view.resume_hint, Qt.MouseButton.LeftButton)
    else:
        for _ in range(40):
            QTest.keyClick(view, Qt.Key.Key_D)
    assert view.following
    assert not view.resume_hint.isVisible()
    assert view.viewport.shows(2500 * MS)


def test_freezing_holds_the_picture_while_the_capture_goes_on(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    played(bus, watched, view)
    stuck = bus.start(bus.at(2000).emit(), "reserve_stock")
    watched.pump(2100)
    view.refresh()
    view.set_frozen(True)
    before = pixels(view)[view.place.axis_top : view.place.height - 60]
    bus.at(2200).end(stuck, ValueError("late"))
    for number in range(7):
        bus.call(2300 + number, 0.5, "charge_card")
    watched.pump(2400)
    view.refresh()
    assert np.array_equal(before, pixels(view)[view.place.axis_top : view.place.height - 60])
    assert view.hints.frozen.isVisible()
    assert "14 newer" in view.hints.frozen.text()
    view.set_frozen(False)
    assert not view.hints.frozen.isVisible()
    assert view.viewport.shows(2400 * MS)


def test_another_capture_ends_the_freeze_and_is_followed(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    played(bus, watched, view)
    view.zoom_in()
    view.set_frozen(True)
    watched.trace, watched.bus = type(watched.trace)(), PlayedBus()
    watched.bus.call(5, 1, "other")
    watched.pump()
    view.refresh()
    assert not view.frozen
    assert view.following
    assert [lane.title for lane in view.lanes] == ["other"]


def test_one_failure_among_a_hundred_thousand_calls_is_red_at_every_zoom(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    handler, event = bus.handler("busy"), bus.recorder.event("order.placed")
    for number in range(100_000):
        bus.now_ns = number * 10_000
        bus.recorder.dispatch(2 * number + 1, 0, event, 0, 1, None, False)
        bus.recorder.call_started(2 * number + 2, 2 * number + 1, handler, 0)
        bus.now_ns += 5_000
        bus.recorder.call_ended(2 * number + 2, 2 if number == 61_803 else 1)
    watched.pump()
    view.refresh()
    failed_ns = 61_803 * 10_000
    for _ in range(30):
        columns = red_columns(view, "busy")
        assert columns, f"the failure cannot be seen at {view.viewport}"
        expected = view.viewport.px_of(failed_ns) * view.devicePixelRatioF()
        assert min(abs(column - expected) for column in columns) <= 12
        view.zoom_about(1.6, view.place.left + view.viewport.px_of(failed_ns))


def test_nothing_is_red_where_nothing_failed(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    played(bus, watched, view)
    assert red_columns(view, "reserve_stock") == []


def test_what_nobody_heard_is_an_amber_mark_among_the_emits(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    for ms in range(0, 1000, 2):
        bus.at(ms).emit(handlers=0 if ms == 500 else 1)
    watched.pump()
    view.refresh()
    assert int(view.picture.emits.lost.sum()) == 1
    amber = QColor(LIGHT.warning)
    strip = pixels(view)[view.place.emits_top : view.place.lanes_top, view.place.left :].astype(int)
    found = (abs(strip[:, :, :3] - [amber.blue(), amber.green(), amber.red()]).sum(axis=2) < 12).any(axis=0)
    expected = view.viewport.px_of(500 * MS)
    assert abs(float(np.flatnonzero(found).mean()) - expected) < 4


def test_a_click_on_a_bar_selects_the_call(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre_of_call(view, watched, calls[6]))
    assert (view.selection.kind, view.selection.id) == ("call", calls[6])


def test_a_click_on_a_mark_selects_the_dispatch_and_on_nothing_clears(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    calls = played(bus, watched, view)
    dispatch = int(watched.trace.calls.dispatch[watched.trace.calls.row_of(calls[4])])
    x = round(view.place.left + view.viewport.px_of(400 * MS))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.place.emits_top + 15))
    assert (view.selection.kind, view.selection.id) == ("dispatch", dispatch)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.height() - 10))
    assert view.selection.kind == ""


def test_a_click_on_a_bar_that_stands_for_many_means_the_one_that_failed(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    calls = [bus.call(ms, 0.5, "busy", error=ValueError("no") if ms == 5003 else None) for ms in range(5000, 5010)]
    bus.call(60_000, 1, "busy")
    watched.pump()
    view.refresh()
    x = round(view.place.left + view.viewport.px_of(5003 * MS))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.place.lanes_top + 10))
    assert view.selection.id == calls[3]


def test_dragging_moves_the_view_and_selects_nothing(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    view.zoom_in()
    before = view.viewport
    start = centre_of_call(view, watched, calls[10])
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(40, 0))
    QTest.mouseMove(view, start + QPoint(80, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(80, 0))
    assert abs(before.px_of(view.viewport.start_ns) + 80) <= 1
    assert view.selection.kind == ""


def test_arrows_lead_to_the_causes_and_effects_of_the_selection(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    root = bus.at(0).emit("order.placed")
    reserve = bus.start(root, "reserve_stock")
    inner = bus.at(20).emit("stock.reserved", parent=reserve)
    charge = bus.at(30).start(inner, "charge_card", "stock.reserved")
    bus.at(40).end(charge)
    bus.at(50).end(reserve)
    unrelated = bus.call(60, 10, "audit")
    watched.pump()
    view.refresh()
    assert view.links == []
    plain = pixels(view)
    view.selection.select("dispatch", inner)
    assert [(link.cause.kind, link.effect.kind, link.direct) for link in view.links] == [
        ("call", "dispatch", True),
        ("dispatch", "call", False),
        ("dispatch", "call", True),
    ]
    assert not np.array_equal(plain, pixels(view))
    view.selection.select("call", unrelated)
    assert len(view.links) == 1


def test_a_loop_without_end_gives_a_bounded_number_of_arrows(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    parent = 0
    for ms in range(400):
        parent = bus.call(ms, 0.9, "echo", parent=parent)
    watched.pump()
    view.refresh()
    view.selection.select("call", parent - 400)
    assert 0 < len(view.links) <= 80


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
    view.selection.select("dispatch", root)
    walked = []
    for key in (Qt.Key.Key_BracketRight,) * 3 + (Qt.Key.Key_BracketLeft,) * 2 + (Qt.Key.Key_Period, Qt.Key.Key_Comma):
        QTest.keyClick(view, key)
        walked.append(view.selection.id)
    assert walked == [reserve, inner, charge, inner, reserve, later, reserve]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.selection.kind == ""


def test_f_centres_the_selection_and_then_fits_it(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view)
    view.selection.select("call", calls[5])
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
    view.selection.select("dispatch", int(watched.trace.calls.dispatch[watched.trace.calls.row_of(calls[7])]))
    view.fit_selection()
    assert view.viewport.shows(700 * MS)
    assert view.viewport.shows(750 * MS)
    assert view.viewport.span_ns < 120 * MS


def test_what_is_selected_elsewhere_comes_into_view(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    calls = played(bus, watched, view, 100)
    view.selection.select("call", calls[90])
    QTest.keyClick(view, Qt.Key.Key_F)
    QTest.keyClick(view, Qt.Key.Key_F)
    assert not view.viewport.shows(500 * MS)
    view.selection.select("call", calls[5])
    assert view.viewport.shows(525 * MS)


def wheel(view: TimelineView, at: QPoint, down: int, modifiers: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, down), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


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
    view.filter_state.set_text("handler:charge_card")
    shown = {one.lane.title: bool(one.bars.shown.any()) for one in view.picture.tracks}
    assert shown == {"reserve_stock": False, "charge_card": True}
    view.filter_state.clear()
    assert all(bool(one.bars.shown.all()) for one in view.picture.tracks)


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


@pytest.mark.parametrize("times", [(-(2**63), 2**63 - 1), (0, 2**63 - 1), (-(2**63), -1), (2**62, 2**62)])
def test_absurd_times_of_a_hostile_capture_are_survived(
    view: TimelineView, bus: PlayedBus, watched: Watched, times: tuple[int, int]
) -> None:
    for now in (*times, *times):
        bus.now_ns = now
        bus.end(bus.start(bus.emit(), "evil"))
        bus.start(bus.emit(handlers=0), "evil")
    watched.pump()
    view.refresh()
    for key in (Qt.Key.Key_W, Qt.Key.Key_S, Qt.Key.Key_S, Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_Period, Qt.Key.Key_F):
        view.grab()
        QTest.keyClick(view, key)
    QTest.keyClick(view, Qt.Key.Key_F)
    view.grab()
    assert len(view.lanes) == 1


def test_names_that_come_after_their_calls_are_survived(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    known, late = bus.handler("audit", "order.placed"), 777
    for handler in (known, late):
        bus.recorder.call_started(bus.recorder.next_id(), 0, handler, 0)
    watched.pump()
    view.refresh()
    audit = {"text": "audit", "file": "/srv/shop/audit.py", "line": 7}
    watched.trace.feed(wire.pack_frame(wire.NAMES, wire.pack_name(late, 2, **audit)))
    bus.recorder.call_started(bus.recorder.next_id(), 0, late, 0)
    bus.at(5).end(2)
    watched.pump()
    view.refresh()
    view.grab()
    assert sum(int(one.bars.count.sum()) for one in view.picture.tracks) == 3


def test_a_hidden_timeline_costs_nothing(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.start(bus.at(0).emit(), "stuck")
    watched.pump(10)
    view.refresh()
    assert view.ticking
    view.hide()
    assert not view.ticking


def test_it_can_be_named_and_reached_without_a_mouse(view: TimelineView) -> None:
    assert view.accessibleName() == "Timeline"
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus
    for part in (view.overview, view.resume_hint, view.hints.frozen):
        assert part.accessibleName()
