"""At any size of letters no text of the timeline is cut: lanes, axis and overview are as high as the font needs."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics

from tests.gui.timeline_bus import PlayedBus, Watched
from tests.gui.timeline_view import played
from ui.fonts import proportional
from ui.timeline.frame import smaller
from ui.timeline.sizes import TimelineSizes, sizes_of
from ui.timeline.view import TimelineView


@pytest.mark.parametrize("points", [9, 13, 16, 20, 28])
def test_every_row_is_as_high_as_its_text(view: TimelineView, bus: PlayedBus, watched: Watched, points: float) -> None:
    for call in [bus.start(bus.at(0).emit(), "stacked") for _ in range(3)]:
        bus.at(40).end(call)
    played(bus.at(100), watched, view)
    font = proportional()
    font.setPointSizeF(points)
    view.setFont(font)
    usual, small = QFontMetrics(font).height(), QFontMetrics(smaller(font)).height()
    place = view.place
    assert place.axis_top >= 2 * usual, "two lines stand beside the overview"
    assert view.overview.height() >= place.axis_top - 2
    assert place.axis_height >= usual
    assert place.emits_height >= small
    for lane in view.scene.lanes:
        assert lane.height >= usual
        assert lane.track_height >= small
    assert len({lane.track_height for lane in view.scene.lanes}) == 2, "one of several tracks, some of one"
    view.grab()


def test_lanes_grow_and_shrink_with_the_letters_and_the_last_stays_reachable(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    for number in range(12):
        bus.call(10 * number, 5, f"handler_{number}")
    watched.pump()
    view.refresh()
    before = view.scene.lanes.height
    font = view.font()
    larger = view.font()
    larger.setPointSizeF(20)
    view.setFont(larger)
    assert view.scene.lanes.height > before
    view.verbs.scroll_lanes(10_000)
    assert view.scene.lanes_overflow
    assert view.picture.lanes[-1].title == "handler_11"
    assert view.picture.lanes[-1].bottom - view.picture.scroll <= view.place.lanes_height
    view.setFont(font)
    assert view.scene.lanes.height == before


def test_ticks_stand_as_far_apart_as_larger_letters_need(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    played(bus, watched, view)
    assert sizes_of(16, 14).stretch == 1
    assert sizes_of(32, 29).stretch == 2
    assert sizes_of(12, 11) == TimelineSizes()
