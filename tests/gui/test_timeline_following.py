"""The view goes along with the newest until the person looks elsewhere, and says how to resume."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.timeline_bus import MS, Engine, PlayedBus, Watched
from tests.gui.timeline_view import pixels, played
from ui.timeline.view import TimelineView


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
    assert not view.hints.resume.isVisible()
    QTest.keyClick(view, key)
    assert not view.following
    assert view.hints.resume.isVisible()
    assert "newest" in view.hints.resume.text()
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
    view.verbs.zoom_in()
    view.verbs.pan(-1)
    assert not view.following
    if way == "End":
        QTest.keyClick(view, Qt.Key.Key_End)
    elif way == "click":
        QTest.mouseClick(view.hints.resume, Qt.MouseButton.LeftButton)
    else:
        for _ in range(40):
            QTest.keyClick(view, Qt.Key.Key_D)
    assert view.following
    assert not view.hints.resume.isVisible()
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
    view.verbs.zoom_in()
    view.set_frozen(True)
    watched.trace, watched.bus = type(watched.trace)(), PlayedBus()
    watched.bus.call(5, 1, "other")
    watched.pump()
    view.refresh()
    assert not view.frozen
    assert view.following
    assert [lane.title for lane in view.scene.lanes] == ["other"]
