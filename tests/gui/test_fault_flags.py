"""Faults of a scenario are seen on the timeline, and say what they are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ui.timeline.fault_flags import HEIGHT, faults_at

TEXT = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 5ms}]}}
faults: [{slow: h, by: 30ms, at: 100ms}]
script: [{emit: a, times: 2, every: 100ms}]
"""


def test_a_fault_is_a_triangle_on_the_axis_that_tells_what_went_wrong(window: Any, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(TEXT)
    window.open(path)
    window.session.start(engine="pyee-asyncio", speed=math.inf)
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=60_000)
    trace = window.session.trace
    qtbot.waitUntil(lambda: len(trace.marks.fault_rows()) == 1, timeout=60_000)
    view = window.timeline
    place, viewport = view.place, view.scene.viewport
    x = viewport.px_of(int(trace.marks.time_ns[0])) + place.left
    told = faults_at(trace, place, viewport, x, place.emits_top - HEIGHT / 2)
    assert told == "fault: h takes 30 ms longer"
    assert faults_at(trace, place, viewport, x + 100, place.emits_top - HEIGHT / 2) == ""
