"""The overview of a durable engine: how many events nobody has handled, and how many still wait in queues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from buslens.records import Kind
from tests.gui.timeline_bus import PlayedBus, Watched
from ui.timeline.backlog_lines import MARK, widest_gap
from ui.timeline.view import TimelineView


def slow(bus: PlayedBus, events: int = 20) -> None:
    """Ten milliseconds apart they are enqueued, twenty apart delivered, and handled ten later."""
    queue = bus.recorder.queue("ship")
    dispatches = []
    for number in range(events):
        dispatches.append(bus.at(10 * number).emit())
        bus.recorder.delivery(Kind.ENQUEUED, dispatches[-1], queue)
    for number, dispatch in enumerate(dispatches):
        bus.at(20 * number + 5).recorder.delivery(Kind.DELIVERED, dispatch, queue)
        call = bus.start(dispatch, "ship")
        bus.at(20 * number + 15).end(call)
        bus.recorder.delivery(Kind.ACKNOWLEDGED, dispatch, queue)


def picture(view: TimelineView) -> QImage:
    return view.overview.grab().toImage()


@pytest.fixture
def lagging(view: TimelineView, watched: Watched, bus: PlayedBus, qtbot: Any) -> TimelineView:
    slow(bus)
    watched.pump()
    view.refresh()
    view.grab()
    return view


def test_the_lines_count_what_is_not_handled_and_what_waits(lagging: TimelineView) -> None:
    lines, whole = lagging.overview.backlog, lagging.overview.whole()
    lagging.overview.grab()
    assert lines.most == 11
    at = int(whole.px_of(190 * 1_000_000 + 1_000_000))
    assert (int(lines.lag[at]), int(lines.depth[at])) == (11, 10)
    assert (int(lines.lag[-1]), int(lines.depth[-1])) == (0, 0)


def test_hovering_tells_the_numbers(lagging: TimelineView, qtbot: Any) -> None:
    overview = lagging.overview
    overview.grab()
    qtbot.mouseMove(overview, QPoint(5, 5))
    qtbot.mouseMove(overview, QPoint(int(overview.whole().px_of(191_000_000)), 20))
    qtbot.waitUntil(lambda: "11 events are not handled yet (the consumers' lag), 10 of them" in overview.toolTip())
    assert "Drag to zoom" in overview.toolTip()


def test_the_legend_stands_between_the_marks() -> None:
    marks = np.asarray([100, 400, 420], np.int64)
    assert widest_gap(marks, 500, 200) == 400 - MARK - 200
    assert widest_gap(marks[:1], 500, 200) == 300
    assert widest_gap(marks, 500, 290) == -1
    assert widest_gap(marks[:0], 500, 500) == 0


def test_without_a_broker_there_are_no_lines(view: TimelineView, watched: Watched, bus: PlayedBus) -> None:
    for number in range(20):
        bus.call(10 * number, 4, "ship")
    watched.pump()
    view.refresh()
    view.grab()
    view.overview.grab()
    assert view.overview.backlog.most == 0
    assert view.overview.backlog.told(3, 0) == ""


def test_they_are_painted_in_the_colour_of_text(lagging: TimelineView) -> None:
    image, colours = picture(lagging), lagging._colours
    assert colours is not None
    ink = QColor(colours.text).lightness()
    column = int(lagging.overview.whole().px_of(191_000_000))
    near = [abs(image.pixelColor(column + dx, y).lightness() - ink) for dx in (-1, 0, 1) for y in range(12, 24)]
    assert min(near) < 40
