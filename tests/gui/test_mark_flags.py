"""Faults of a scenario and marks of its script are seen on the timeline, and say what they are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ui.timeline.mark_flags import HEIGHT, TOGETHER, marks_at

TEXT = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 5ms}]}}
faults: [{slow: h, by: 30ms, at: 100ms}]
script: [{emit: a, times: 2, every: 100ms}, {wait: 200ms}, {mark: the end is near}]
"""


def test_faults_and_marks_are_triangles_on_the_axis_that_tell_what_they_are(
    window: Any, qtbot: Any, tmp_path: Path
) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(TEXT)
    window.open(path)
    window.session.start(engine="pyee-asyncio", speed=math.inf)
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=60_000)
    trace = window.session.trace
    window.bridge.touch()
    view = window.timeline
    view.verbs.fit()
    place, viewport = view.place, view.scene.viewport
    y = place.emits_top - HEIGHT / 2
    where = [viewport.px_of(int(time)) + place.left for time in trace.marks.time_ns[trace.marks.flagged()]]
    told = [marks_at(trace, place, viewport, x, y) for x in where]
    assert told == ["fault: h takes 30 ms longer", "the end is near"]
    assert marks_at(trace, place, viewport, sum(where) / 2, y) == ""
    image, top = view.grab().toImage(), round(place.emits_top - HEIGHT + 2)
    colours = {image.pixelColor(int(x // TOGETHER * TOGETHER + TOGETHER / 2), top).name() for x in where}
    assert len(colours) == 2, "a fault is not as any other mark"
