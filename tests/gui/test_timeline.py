"""What a person gets from the timeline: the newest while it happens, whatever the capture holds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from buslens import wire
from tests.gui.timeline_bus import MS, Engine, PlayedBus, Watched
from ui.timeline.view import TimelineView


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
    assert [lane.title for lane in view.scene.lanes] == ["zulu", "alpha", "mike"]
    assert not view.hints.empty.isVisible()


def test_a_handler_of_several_events_has_one_lane(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.handler("audit", "order.placed")
    bus.handler("audit", "order.paid")
    watched.pump()
    view.refresh()
    assert [lane.title for lane in view.scene.lanes] == ["audit"]


def test_calls_that_overlap_are_stacked_under_each_other(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    open_calls = [bus.start(bus.at(ms).emit(), "slow") for ms in (0, 10, 20)]
    for call in open_calls:
        bus.at(100).end(call)
    watched.pump()
    view.refresh()
    assert [lane.tracks for lane in view.scene.lanes] == [3]
    assert len({one.top for one in view.picture.tracks}) == 3


def test_a_running_call_grows_although_no_record_comes(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    bus.start(bus.at(0).emit(), "stuck")
    watched.pump(10)
    view.refresh()
    ends = []
    for ms in (20, 40, 80):
        watched.engine_state = Engine("running", ms * MS)
        view.refresh()
        bars = view.picture.bars
        assert bars.running.tolist() == [True]
        ends.append(view.viewport.ns_at(float(bars.right[0]) / view.devicePixelRatioF()))
    assert ends[0] < ends[1] < ends[2]


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
    assert len(view.scene.lanes) == 1


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
    assert int(view.picture.bars.count.sum()) == 3


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
    for part in (view.overview, view.hints.resume, view.hints.frozen):
        assert part.accessibleName()
