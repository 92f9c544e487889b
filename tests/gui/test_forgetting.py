"""A run that is longer than the memory: the newest stay in view, and nothing that the person chose is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bus.capture import capture
from bus.trace.forgetting import usual_most
from tests.helpers.window_run import run_to_its_end

PATIENCE_MS = 60_000
MANY = """buslens: 1
engine: pyee
events: {a: {}}
handlers: {h: {on: a}}
script: [{emit: a, with: $count, every: 1ms, times: 4000}]
"""


@pytest.fixture
def ran(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    assert window.session.most_records == usual_most()
    window.session.most_records = 1_000
    path = tmp_path / "many.yaml"
    path.write_text(MANY)
    run_to_its_end(window, qtbot, path)
    return window


def test_the_newest_are_kept_and_the_status_bar_says_how_many_are_not(ran: Any, qtbot: Any) -> None:
    trace = ran.session.trace
    held = len(trace.dispatches) + len(trace.calls)
    assert 500 <= held <= 1_250
    assert trace.forgotten == 8_000 - held
    assert trace.payload(len(trace.dispatches) - 1).value == 4_000
    assert ran.status.forgotten.text().endswith("forgotten")
    assert ran.status.forgotten.isVisible()
    assert len(ran.timeline.scene.lanes) == 1
    ran.timeline.grab()
    qtbot.waitUntil(lambda: ran.tables.dispatches.total == len(trace.dispatches), timeout=PATIENCE_MS)


def test_a_saved_capture_has_them_all(ran: Any, tmp_path: Path) -> None:
    ran.session.export("capture", tmp_path / "all.buslens")
    saved = capture.load(tmp_path / "all.buslens")
    assert len(saved.dispatches) == 4_000
    saved.raw.close()


def test_what_is_selected_and_in_view_stays(ran: Any) -> None:
    calls = ran.session.trace.calls
    chosen = int(calls.id[len(calls) - 1])
    ran.selection.select("call", chosen)
    ran.timeline.verbs.fit_selection()
    view = ran.timeline.viewport
    ran.session.trace = ran.session.trace.newest(600)
    ran.bridge.touch()
    assert ran.selection.id == chosen
    assert ran.timeline.viewport == view
    assert ran.inspector.facts is not None
