"""The axis of the timeline: to scale, with idle time folded, step by step; the person stays where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from bus.picture.scale import UNIT, FoldedScale, Mode
from bus.trace.trace import Trace
from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import played
from tests.helpers.large import count_as_large
from ui.timeline.view import TimelineView

MODES: tuple[Mode, ...] = ("linear", "compressed", "steps")
PATIENCE_MS = 60_000


def sparse(bus: PlayedBus, watched: Watched, view: TimelineView) -> list[int]:
    """Five calls of 20 ms, ten seconds apart."""
    calls = [bus.call(10_000 * number, 20, "reserve_stock") for number in range(5)]
    watched.pump()
    view.refresh()
    view.verbs.fit()
    return calls


def simultaneous(bus: PlayedBus, watched: Watched, view: TimelineView) -> list[int]:
    """Five calls that take no time, all at the same one."""
    calls = [bus.call(100, 0, "reserve_stock") for _ in range(5)]
    watched.pump()
    view.refresh()
    view.verbs.fit()
    return calls


def test_calls_that_idle_time_made_invisible_are_wide_when_it_is_folded(
    bus: PlayedBus, watched: Watched, view: TimelineView
) -> None:
    sparse(bus, watched, view)
    assert (view.picture.bars.right - view.picture.bars.left).max() <= 2
    view.verbs.set_time_axis("compressed")
    view.verbs.fit()
    bars = view.picture.bars
    assert len(bars) == 5
    assert (bars.right - bars.left).min() > 50
    assert isinstance(view.viewport.scale, FoldedScale)
    assert [view.viewport.scale.gap(number)[2] for number in range(4)] == [9_980 * MS] * 4
    view.grab()


def test_what_happened_at_the_same_time_is_apart_in_steps(bus: PlayedBus, watched: Watched, view: TimelineView) -> None:
    calls = simultaneous(bus, watched, view)
    assert len(view.picture.bars) == 1
    view.verbs.set_time_axis("steps")
    view.verbs.fit()
    assert len(view.picture.bars) == len(view.picture.emits) == 5
    view.grab()
    view.scene.selection.select("call", calls[2])
    view.verbs.centre_selection()
    begin = view.scene.walk.places()
    assert begin is not None
    assert begin[0] == 2 * UNIT
    assert abs(view.viewport.px_at(sum(begin) // 2) - view.viewport.width / 2) <= 2
    view.verbs.centre_selection()
    assert view.viewport.span < 3 * UNIT, "a second time, and it is fitted"
    view.verbs.next_on_lane(1)
    assert view.scene.selection.id == calls[3]


@pytest.mark.parametrize("mode", MODES)
def test_a_click_means_the_call_that_is_seen_there(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any, mode: Mode
) -> None:
    calls = played(bus, watched, view)
    view.verbs.set_time_axis(mode)
    view.verbs.fit()
    row = watched.trace.calls.row_of(calls[7])
    bars = view.picture.bars
    index = next(
        at for at in range(len(bars)) if view.picture.tracks[int(bars.line[at])].track.rows[bars.first[at]] == row
    )
    one = view.picture.tracks[int(bars.line[index])]
    x = view.place.left + (int(bars.left[index]) + int(bars.right[index])) // 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.place.lanes_top + one.top + one.height // 2))
    assert view.scene.selection.id == calls[7]
    view.grab()


@pytest.mark.parametrize("mode", MODES)
def test_what_is_in_view_stays_in_view(bus: PlayedBus, watched: Watched, view: TimelineView, mode: Mode) -> None:
    played(bus, watched, view)
    view.verbs.show_stretch(500 * MS, 1_000 * MS)
    view.verbs.set_time_axis(mode)
    assert abs(view.viewport.start_ns - 500 * MS) <= 60 * MS
    assert abs(view.viewport.end_ns - 1_000 * MS) <= 60 * MS
    view.verbs.set_time_axis("linear")
    assert abs(view.viewport.start_ns - 500 * MS) <= 60 * MS


@pytest.mark.parametrize("mode", MODES)
def test_the_ruler_and_marks_say_time_whatever_the_axis(
    bus: PlayedBus, watched: Watched, view: TimelineView, mode: Mode
) -> None:
    calls = sparse(bus, watched, view)
    view.verbs.set_time_axis(mode)
    view.verbs.fit()
    first, last = view.viewport.px_of(0), view.viewport.px_of(40_000 * MS)
    view.verbs.measure(view.place.left + first, view.place.left + last)
    ruler = view.scene.markers.ruler
    assert ruler is not None
    assert abs(ruler[1] - ruler[0] - 40_000 * MS) <= 400 * MS
    view.scene.selection.select("call", calls[1])
    view.verbs.mark_selection(keep=False)
    assert view.scene.markers.marked == (10_000 * MS, 10_020 * MS)
    view.grab()


@pytest.mark.parametrize("mode", MODES)
def test_the_overview_has_the_same_axis(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any, mode: Mode
) -> None:
    played(bus, watched, view)
    view.verbs.set_time_axis(mode)
    view.verbs.fit()
    view.grab()
    strip = view.overview
    whole = strip.whole()
    assert whole.scale is view.viewport.scale
    a, b = QPoint(200, 20), QPoint(400, 20)
    qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=a)
    qtbot.mouseMove(strip, b)
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=b)
    assert abs(view.viewport.start - whole.place_at(200)) <= 2 * whole.ns_per_px
    assert abs(view.viewport.end - whole.place_at(400)) <= 2 * whole.ns_per_px


def test_zooming_and_panning_go_on_in_steps(bus: PlayedBus, watched: Watched, view: TimelineView) -> None:
    simultaneous(bus, watched, view)
    view.verbs.set_time_axis("steps")
    view.verbs.fit()
    before = view.viewport
    view.verbs.zoom_about(2, view.place.left + 100)
    assert view.viewport.span == pytest.approx(before.span / 2, rel=0.01)
    view.verbs.pan(0.1)
    assert view.viewport.start > before.start
    assert view.viewport.scale.mode == "steps"


def test_steps_come_while_the_program_runs(bus: PlayedBus, watched: Watched, view: TimelineView) -> None:
    view.verbs.set_time_axis("steps")
    for number in range(30):
        bus.call(10 * number, 5, "reserve_stock")
        watched.pump(10 * number + 6)
        view.refresh()
        assert int(view.picture.bars.count.sum()) == number + 1
    assert view.following


def test_what_is_to_be_folded_is_found_again_while_records_come(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    view.verbs.set_time_axis("compressed")
    sparse(bus, watched, view)
    qtbot.waitUntil(lambda: isinstance(view.viewport.scale, FoldedScale) and len(view.viewport.scale.begins) == 4)


def test_large_traces_are_folded_beside_the_qt_thread(
    bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    count_as_large(view, 5)
    sparse(bus, watched, view)
    view.verbs.set_time_axis("compressed")
    assert view.viewport.scale.mode == "linear", "the old picture stays until it is known"
    view.grab()
    qtbot.waitUntil(lambda: view.viewport.scale.mode == "compressed", timeout=PATIENCE_MS)


@pytest.mark.parametrize("mode", MODES)
def test_every_axis_begins_empty_and_takes_another_capture(watched: Watched, view: TimelineView, mode: Mode) -> None:
    view.verbs.set_time_axis(mode)
    view.grab()
    bus = PlayedBus()
    watched.bus, watched.trace = bus, Trace()
    played(bus, watched, view)
    view.verbs.fit()
    assert int(view.picture.bars.count.sum()) == 20
    assert np.isfinite(view.viewport.px_of(0))


def test_the_axis_is_a_command_and_is_remembered(window: Any, tmp_path: Path) -> None:
    window.wiring.actions.run("axis.steps")
    assert window.timeline.scene.axis.mode == "steps"
    assert window.wiring.actions["axis.steps"].isChecked()
    assert not window.wiring.actions["axis.linear"].isChecked()
    window.wiring.appearance.remember()
    assert window.store.read().time_axis == "steps"
