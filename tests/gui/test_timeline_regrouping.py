"""Other lanes of a large trace: the window lives on, the old ones stay to be seen, and nothing is lost."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from bus.trace import Trace
from tests.gui.timeline_bus import PlayedBus, Watched
from tests.gui.timeline_view import played
from tests.helpers.large import count_as_large
from ui.timeline import contents
from ui.timeline.view import TimelineView

PATIENCE_MS = 60_000


@pytest.fixture
def gate(view: TimelineView, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lanes of what counts as large are made only when this is set."""
    go, indexed = threading.Event(), contents.indexed

    def waiting(group: Any, emits: Any, trace: Trace) -> Any:
        assert go.wait(PATIENCE_MS / 1000)
        return indexed(group, emits, trace)

    count_as_large(view, 10)
    monkeypatch.setattr(contents, "indexed", waiting)
    return go


def titles(view: TimelineView) -> list[str]:
    return [lane.title for lane in view.scene.lanes]


def test_old_lanes_stay_until_the_new_ones_are_there(
    gate: threading.Event, bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    calls = played(bus, watched, view)
    view.scene.selection.select("call", calls[4])
    view.verbs.zoom_in()
    before = view.viewport.start_ns, view.viewport.span_ns
    view.scene.lane_choices.group_by("event")
    assert titles(view) == ["reserve_stock", "charge_card"]
    assert "Arranging" in view.hints.frozen.text()
    view.grab()
    gate.set()
    qtbot.waitUntil(lambda: titles(view) == ["order.placed"], timeout=PATIENCE_MS)
    assert view.hints.frozen.isHidden()
    assert (view.viewport.start_ns, view.viewport.span_ns) == before, "the person stays where they are"
    assert view.scene.selection.id == calls[4]
    assert view.picture.bars.count.sum() > 0


def test_the_last_of_many_wishes_is_what_is_shown(
    gate: threading.Event, bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    played(bus, watched, view)
    for group in ("event", "thread", "handler", "event", "thread"):
        view.scene.lane_choices.group_by(group)  # type: ignore[arg-type]
    gate.set()
    qtbot.waitUntil(lambda: view.scene.content.group == "thread", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not view.scene.contents.busy, timeout=PATIENCE_MS)
    assert len(titles(view)) == 1


def test_what_happens_meanwhile_is_in_the_new_lanes(
    gate: threading.Event, bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    played(bus, watched, view)
    view.scene.lane_choices.group_by("event")
    bus.call(5_000, 50, "reserve_stock")
    gate.set()
    qtbot.waitUntil(lambda: titles(view) == ["order.placed"], timeout=PATIENCE_MS)
    watched.pump()
    view.refresh()
    assert len(view.scene.content.tracks) == 21
    view.verbs.fit()
    assert int(view.picture.bars.count.sum()) == 21


def test_a_capture_that_is_opened_meanwhile_is_shown_at_once(
    gate: threading.Event, bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    played(bus, watched, view)
    view.scene.lane_choices.group_by("event")
    watched.trace = Trace()
    gate.set()
    qtbot.waitUntil(lambda: not view.scene.contents.busy, timeout=PATIENCE_MS)
    view.refresh()
    assert view.scene.content.trace is watched.trace
    assert not titles(view)


def test_a_capture_that_is_opened_meanwhile_is_shown_though_nothing_comes_after_it(
    gate: threading.Event, bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    played(bus, watched, view)
    view.scene.lane_choices.group_by("event")
    watched.trace = Trace()
    view.refresh()  # the only time that the window tells of it
    gate.set()
    qtbot.waitUntil(lambda: view.scene.content.trace is watched.trace, timeout=PATIENCE_MS)
    assert not titles(view)
    assert view.hints.frozen.isHidden()


def test_a_filter_that_is_set_while_frozen_finds_what_is_seen_and_not_what_has_become_of_it(
    gate: threading.Event, bus: PlayedBus, watched: Watched, view: TimelineView, qtbot: Any
) -> None:
    gate.set()
    played(bus, watched, view)
    view.set_frozen(True)
    watched.trace = watched.trace.newest(20)
    view.refresh()
    seen = view.scene.content
    assert seen.trace is not watched.trace
    view.scene.contents.filter_state.set_text("handler:charge_card")
    qtbot.waitUntil(lambda: seen.matches is not None, timeout=PATIENCE_MS)
    assert seen.matches is not None
    assert seen.matches.calls(np.arange(20)).tolist() == [False, True] * 10
