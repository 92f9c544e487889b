"""What never was a call is seen in its lane: skipped handlers and lost events; at any zoom, in both themes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from buslens.records import Outcome
from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import RED, pixels
from ui.theme import DARK, LIGHT, Theme
from ui.timeline.colours import Colours
from ui.timeline.spots import MarkSpot
from ui.timeline.view import TimelineView


def raises(bus: PlayedBus, ms: float, *skipped: str) -> int:
    """An event whose first handler raises after 1 ms, so that others are never called; the dispatch's id."""
    dispatch = bus.at(ms).emit(handlers=1 + len(skipped))
    call = bus.start(dispatch, "charge_card")
    bus.at(ms + 1).end(call, ValueError("no money"))
    for name in skipped:
        bus.recorder.skipped(dispatch, bus.handler_id(name, "order.placed"), call)
    return dispatch


def shown(view: TimelineView, watched: Watched) -> None:
    watched.pump()
    view.refresh()


def middle_of(view: TimelineView, spot: MarkSpot) -> QPoint:
    return QPoint(round(view.place.left + spot.x), round(view.place.lanes_top + spot.y))


def words_at(view: TimelineView, at: QPoint) -> str:
    told: list[str] = []
    view.hovered.connect(told.append)
    QTest.mouseMove(view, QPoint(0, 0))
    view.look_at(at.toPointF(), view.mapToGlobal(at))
    return told[-1] if told else ""


def test_a_skipped_handler_is_a_mark_in_its_own_lane_that_says_so(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    dispatch = raises(bus, 100, "send_mail")
    bus.call(200, 50, "send_mail")
    shown(view, watched)
    (spot,) = view.picture.spots
    assert (spot.lane.title, spot.sort) == ("send_mail", "skipped")
    at = middle_of(view, spot)
    assert "skipped: send_mail (because charge_card raised)" in words_at(view, at)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert (view.scene.selection.kind, view.scene.selection.id) == ("dispatch", dispatch)
    title = QPoint(20, at.y())
    assert "1 call, 0 failed, 1 skipped" in words_at(view, title)


def test_a_call_whose_body_never_ran_says_so(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    call = bus.start(bus.at(0).emit(), "send_mail")
    bus.recorder.call_ended(call, Outcome.NEVER_RAN)
    bus.call(100, 50, "send_mail")
    shown(view, watched)
    at = QPoint(round(view.place.left + view.viewport.px_of(0)), view.place.lanes_top + 10)
    assert "never ran" in words_at(view, at)
    assert "2 calls, 0 failed, 1 never ran" in words_at(view, QPoint(20, at.y()))
    amber = QColor(LIGHT.warning)
    strip = pixels(view)[view.place.lanes_top : view.place.lanes_top + 26, at.x() - 5 : at.x() + 6, :3].astype(int)
    assert (abs(strip - [amber.blue(), amber.green(), amber.red()]).sum(axis=2) < 12).any()


def test_by_event_a_lost_event_has_a_lane_with_a_mark(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.call(0, 50, "reserve_stock")
    lost = bus.at(100).emit("order.audited", handlers=0)
    bus.call(200, 50, "reserve_stock")
    shown(view, watched)
    assert view.picture.spots == ()
    view.scene.lane_choices.group_by("event")
    assert [lane.title for lane in view.scene.lanes] == ["order.placed", "order.audited"]
    (spot,) = view.picture.spots
    assert (spot.lane.title, spot.sort) == ("order.audited", "lost")
    assert abs(spot.x - view.viewport.px_of(100 * MS)) < 1
    at = middle_of(view, spot)
    assert "lost: nobody listened" in words_at(view, at)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert view.scene.selection.id == lost


@pytest.mark.parametrize("mode", ["linear", "compressed", "steps"])
def test_one_lost_event_among_a_hundred_thousand_of_another_is_in_its_lane_at_every_zoom(
    view: TimelineView, bus: PlayedBus, watched: Watched, mode: Any
) -> None:
    noise, rare = bus.recorder.event("noise"), bus.recorder.event("rare")
    for number in range(100_000):
        bus.now_ns = number * 10_000
        bus.recorder.dispatch(number + 1, 0, rare if number == 61_803 else noise, 0, 0, None, False)
    shown(view, watched)
    view.scene.lane_choices.group_by("event")
    view.verbs.set_time_axis(mode)
    for _ in range(25):
        rarest = [spot for spot in view.picture.spots if spot.lane.title == "rare"]
        assert [spot.count for spot in rarest] == [1], f"not seen at {view.viewport}"
        view.verbs.zoom_about(1.8, view.place.left + rarest[0].x)
    view.verbs.fit()
    assert sum(spot.count for spot in view.picture.spots) == 100_000


def test_skipped_step_by_step_stand_in_the_step_of_their_event(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    for _ in range(4):
        dispatch = bus.at(0).emit(handlers=1)
        bus.recorder.skipped(dispatch, bus.handler_id("send_mail", "order.placed"))
    shown(view, watched)
    view.verbs.set_time_axis("steps")
    view.verbs.fit()
    lefts = [spot.x for spot in view.picture.spots]
    assert len(lefts) == 4
    assert all(abs(b - a - (lefts[1] - lefts[0])) < 1 for a, b in pairwise(lefts))


def test_what_the_filter_leaves_out_is_faded(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.at(0).emit("order.audited", handlers=0)
    raises(bus, 100, "send_mail")
    bus.call(200, 50, "send_mail")
    shown(view, watched)
    view.scene.lane_choices.group_by("event")
    view.scene.contents.filter_state.set_text("event:order.audited")
    assert {spot.sort: spot.shown for spot in view.picture.spots} == {"lost": True, "skipped": False}
    marks = view.picture.emits
    assert marks.lost_shown.tolist() == [True, False, False]
    view.scene.contents.filter_state.set_text("event:order.placed")
    assert {spot.sort: spot.shown for spot in view.picture.spots} == {"lost": False, "skipped": True}
    assert not view.picture.emits.lost_shown.any()
    view.grab()


def test_many_in_one_place_say_how_many(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    for ms in range(20):
        raises(bus, ms, "send_mail")
    bus.call(60_000, 50, "send_mail")
    shown(view, watched)
    (spot,) = view.picture.spots
    assert "20 skipped handlers here" in words_at(view, middle_of(view, spot))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_mark_is_readable_on_its_lane(theme: Theme) -> None:
    """WCAG asks 3:1 of what carries meaning: of the most visible ink of each mark, on both grounds of lanes."""
    colours = Colours(theme, 1.0)
    for sort, stamp in colours.stamps.items():
        image = stamp.toImage().convertToFormat(QImage.Format.Format_ARGB32)
        inks = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        opaque = [ink for ink in inks if ink.alpha() == 255]
        for ground in (colours.lane_even, colours.lane_odd):
            assert max(contrast(ink, ground) for ink in opaque) >= 3, f"{sort} on {ground.name()}"


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: QColor) -> float:
    parts = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_a_failure_is_still_red_beside_what_it_made_others_skip(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    raises(bus, 500, "send_mail")
    bus.call(1_000, 50, "send_mail")
    shown(view, watched)
    view.scene.lane_choices.group_by("event")
    x = view.place.left + round(view.viewport.px_of(500 * MS))
    strip = pixels(view)[view.place.lanes_top : view.place.lanes_top + 26, x - 8 : x + 20, :3].astype(int)
    assert (abs(strip - [RED.blue(), RED.green(), RED.red()]).sum(axis=2) < 12).sum() >= 10
