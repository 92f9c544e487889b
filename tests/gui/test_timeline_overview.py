"""The strip with the whole capture: seldom painted while time goes on, and never behind when it stands still."""

from __future__ import annotations

import pytest

from tests.gui.timeline_bus import MS, Engine, PlayedBus, Watched
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
        shown.add(int(running.overview._counts.sum()))
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
    assert int(running.overview._counts.sum()) == 3 + 3  # emits and calls
