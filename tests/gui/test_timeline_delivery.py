"""What the timeline draws of an event's way over a broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bus.analysis.segments import SegmentKind
from tests.helpers.window_run import run_to_its_end
from ui.timeline.arrows import Arrows
from ui.timeline.links import LinkEnd

VAIN = (
    "buslens: 1\nengine: sqlite\nevents: {a: {}}\n"
    "handlers: {h: {on: a, attempts: 2, do: [{wait: 20ms}, {fail: {}}]}}\nscript: [{emit: a}, {emit: a}]"
)


@pytest.fixture
def ran(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    path = tmp_path / "vain.yaml"
    path.write_text(VAIN)
    run_to_its_end(window, qtbot, path, speed=1.0)
    window.panels.show_timeline()
    window.flight_notice.hide()
    return window


def colour_at(view: Any, x: float, y: float) -> str:
    image, ratio = view.grab().toImage(), view.devicePixelRatioF()
    return str(image.pixelColor(round(x * ratio), round(y * ratio)).name())


def test_the_way_of_what_is_selected_is_drawn_beside_its_calls(ran: Any) -> None:
    view, trace = ran.timeline, ran.session.trace
    view.verbs.fit()
    ran.selection.select("dispatch", int(trace.dispatches.id[1]))
    # The second event waits for both attempts of the first one.
    segments = view.scene.story.segments
    queued = next(segment for segment in segments if segment.stage is SegmentKind.PREFETCH)
    assert queued.end_ns - queued.start_ns > 20e6
    middle = view.place.left + view.viewport.px_of((queued.start_ns + queued.end_ns) // 2)
    arrows = Arrows(view.scene.content, view.place, view.viewport, view.picture.scroll)
    height = arrows.point(LinkEnd("call", queued.call, int(trace.calls.started_ns[queued.call]))).y()
    low = height + 5  # below the name in it
    drawn = colour_at(view, middle + 3, low)
    ran.selection.clear()
    assert colour_at(view, middle + 3, low) != drawn


def test_a_dead_letter_is_marked_whether_it_is_selected_or_not(ran: Any) -> None:
    view, trace = ran.timeline, ran.session.trace
    view.verbs.fit()
    ran.selection.clear()
    dead = view.scene.content.marks.all["dead"]
    times, rows = dead.times, dead.rows
    assert trace.calls.attempt[rows].tolist() == [2, 2]
    lane = view.scene.lanes.of(view.scene.content.tracks.handler(int(rows[0])))
    x = view.place.left + view.viewport.px_of(int(times[0]))
    y = view.place.lanes_top + view.scene.content.top_of(int(rows[0])) + lane.track_height / 2
    near = {colour_at(view, x + across, y + 2) for across in (-1, 0, 1)}  # the cross is thin
    assert view._colours.text.name() in near
