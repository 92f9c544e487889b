"""A failure or a loss is seen at every zoom, even inside a bar that stands for many."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from tests.gui.timeline_bus import MS, PlayedBus, Watched
from tests.gui.timeline_view import pixels, played, red_columns
from ui.theme import LIGHT
from ui.timeline.view import TimelineView


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
        view.verbs.zoom_about(1.6, view.place.left + view.viewport.px_of(failed_ns))


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
