"""The strip with the whole capture: seldom painted while time goes on, never behind when it stands still, and what
went wrong is never averaged away."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from buslens.records import Outcome
from tests.gui.timeline_bus import MS, Engine, PlayedBus, Watched
from tests.gui.timeline_view import pixels
from ui.theme import LIGHT
from ui.timeline.overview import SELDOM
from ui.timeline.view import TimelineView


@pytest.fixture
def running(view: TimelineView, bus: PlayedBus, watched: Watched) -> TimelineView:
    """The timeline of an engine that runs, with one call."""
    happens(view, bus, watched, 1)
    return view


def happens(view: TimelineView, bus: PlayedBus, watched: Watched, ms: int) -> None:
    bus.call(ms, 1, "ship")
    watched.pump()
    watched.engine_state = Engine("running", ms * MS)
    view.refresh()
    view.grab()


def test_while_time_goes_on_it_takes_in_many_frames_together(
    running: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    shown = set()
    for number in range(2, 2 + 3 * SELDOM):
        happens(running, bus, watched, 10 * number)
        shown.add(int(running.overview.troubles.total.sum()))
    assert 3 <= len(shown) <= 4
    assert max(shown) >= 2 * (2 + 2 * SELDOM)


@pytest.mark.parametrize("phase", ["running", "finished"])
def test_when_nothing_comes_any_more_it_has_everything(
    running: TimelineView, bus: PlayedBus, watched: Watched, phase: str
) -> None:
    happens(running, bus, watched, 20)
    happens(running, bus, watched, 30)
    watched.engine_state = Engine(phase, 30 * MS)
    running.refresh()
    running.overview.grab()
    assert int(running.overview.troubles.total.sum()) == 3 + 3  # emits and calls


def coloured(view: TimelineView, colour: str, column: int | None = None) -> bool:
    """Whether the strip has so a colour, in a column or anywhere."""
    ink, place = QColor(colour), view.place
    strip = pixels(view)[: place.axis_top, place.left :, :3].astype(int)
    if column is not None:
        strip = strip[:, column : column + 1]
    return bool((abs(strip - [ink.blue(), ink.green(), ink.red()]).sum(axis=2) < 12).any())


def column_of(view: TimelineView, ms: float) -> int:
    return int(view.overview.whole().grid().column(np.array([round(ms * MS)]))[0])


def crowd(bus: PlayedBus, calls: int = 50_000) -> None:
    """Calls of 5 us, one every 10 us, that all end well, and in their middle an event that nobody hears."""
    recorder, handler, event = bus.recorder, bus.handler("busy"), bus.recorder.event("order.placed")
    for number in range(calls):
        bus.now_ns = number * 10_000
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, event, 0, 1, None, False)
        recorder.call_started(call, dispatch, handler, 0)
        bus.now_ns += 5_000
        recorder.call_ended(call, 1)
        if number == calls // 2:
            recorder.dispatch(recorder.next_id(), 0, recorder.event("order.audited"), 0, 0, None, False)


def test_a_lost_event_among_a_hundred_thousand_others_has_its_colour_and_says_so(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    crowd(bus)
    watched.pump()
    view.refresh()
    column = column_of(view, 250)
    near = range(column - 1, column + 2)
    assert any(coloured(view, LIGHT.warning, each) for each in near)
    assert not coloured(view, LIGHT.failed)
    assert "Here: 1 lost." in view.overview._told(column)
    assert "Here" not in view.overview._told(column - 100)


def test_a_filter_fades_the_rest_and_keeps_what_it_shows(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    crowd(bus)
    bus.call(520, 5, "charge_card", error=ValueError("no"))
    watched.pump()
    view.refresh()
    assert coloured(view, LIGHT.ok)
    assert coloured(view, LIGHT.failed)
    view.scene.contents.filter_state.set_text("event:order.audited")
    assert coloured(view, LIGHT.warning), "the lost event is what the filter shows"
    assert not coloured(view, LIGHT.failed), "what the filter leaves out does not shine through"
    assert not any(coloured(view, LIGHT.ok, column_of(view, ms)) for ms in (100, 200, 400))
    view.scene.contents.filter_state.set_text("outcome:failed")
    assert coloured(view, LIGHT.failed)
    assert not coloured(view, LIGHT.warning)


def test_where_a_failure_and_a_loss_meet_both_are_seen(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    for ms in range(0, 1_000, 10):
        bus.call(ms, 0.1, "busy", error=ValueError("no"))
        bus.emit("order.audited", handlers=0)
    watched.pump()
    view.refresh()
    view.grab()
    red, amber = (view.overview.troubles.sum_of(grave=grave) > 0 for grave in (True, False))
    both = np.flatnonzero(red & amber)
    assert len(both) > 20
    for column in both.tolist():
        assert coloured(view, LIGHT.failed, column)
        assert coloured(view, LIGHT.warning, column)


def test_a_rare_loss_has_a_mark_among_many_failures(view: TimelineView, bus: PlayedBus, watched: Watched) -> None:
    for ms in range(1_000):
        bus.call(ms, 0.5, "busy", error=ValueError("no"))
    bus.at(1_000.0).emit("order.audited", handlers=0)
    watched.pump()
    view.refresh()
    view.grab()
    place = view.place
    row = pixels(view)[: view.scene.content.sizes.marks, place.left :, :3].astype(int)
    amber = QColor(LIGHT.warning)
    assert (abs(row - [amber.blue(), amber.green(), amber.red()]).sum(axis=2) < 12).sum() >= 4


def test_skipped_handlers_and_bodies_that_never_ran_are_counted_too(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    dispatch = bus.at(0).emit(handlers=2)
    call = bus.start(dispatch, "charge_card")
    bus.end(call, ValueError("no"))
    bus.recorder.skipped(dispatch, bus.handler_id("send_mail", "order.placed"), call)
    never = bus.start(bus.at(1_000).emit(), "send_mail")
    bus.recorder.call_ended(never, Outcome.NEVER_RAN)
    watched.pump()
    view.refresh()
    view.grab()
    strip = view.overview
    assert {sort: int(counts.sum()) for sort, counts in strip.troubles.wrong.items()} == {
        "failed": 1, "dead": 0, "lost": 0, "skipped": 1, "never": 1,
    }  # fmt: skip
    assert "1 failed, 1 skipped" in strip._told(column_of(view, 0))
    assert "1 never ran" in strip._told(column_of(view, 1_000))


def test_the_first_and_the_last_call_are_beside_the_edges_of_the_brush(
    view: TimelineView, bus: PlayedBus, watched: Watched
) -> None:
    bus.call(0, 5, "busy", error=ValueError("no"))
    bus.call(10_000, 5, "busy", error=ValueError("no"))
    watched.pump()
    view.refresh()
    view.verbs.fit()
    view.grab()
    (first, *_, last) = view.overview.troubles.columns.tolist()
    assert first >= 6
    assert last <= view.overview.width() - 7
    brush = view.overview.brush()
    assert (brush.left(), brush.right()) == (0, view.overview.width())
