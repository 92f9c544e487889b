"""The window holds still: whatever it has to say, of whatever length, nothing moves under the pointer."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget

from bus.errors import UserError
from bus.runtime.state import EngineState
from tests.helpers.patience import PATIENCE_S

LONG, NAME = "a" * 200, "n" * 60
LONG_NAMES = f"""buslens: 1
name: Long
events: {{{NAME}: {{}}}}
handlers: {{h{NAME}: {{on: {NAME}, do: [{{fail: {{error: E{NAME}, message: {LONG}}}}}]}}}}
script: [{{emit: {NAME}}}]
"""


@pytest.mark.parametrize("size", [(1360, 736), (1000, 568)], ids=["usual", "small"])
def test_nothing_that_is_said_moves_anything(window: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    settings = window.store.read()
    # Its notice of the failure would come at some time later, and the timeline makes room for it.
    window.wiring.appearance.apply_settings(replace(settings, flight=replace(settings.flight, on=False)))
    window.resize(*size)
    window.panels.reset()
    path = tmp_path / f"{'b' * 200}.yaml"
    path.write_text(LONG_NAMES, encoding="utf-8")
    window.open(path)
    assert window.errors.problems == []
    window.session.start(speed=math.inf)
    assert window.session.wait(PATIENCE_S)
    window.bridge.touch()
    still = held(window)
    window.status.show_hover(f"{LONG} {LONG}")
    assert held(window) == still
    for kind, table in (("dispatch", window.session.trace.dispatches), ("call", window.session.trace.calls)):
        window.selection.select(kind, int(table.id[0]))
        assert held(window) == still, f"a {kind} is selected"
    window.status.show_written(path)
    assert held(window) == still
    window.session.engine_state = EngineState("failed", "pyee-asyncio", trouble=f"{LONG} {LONG}")
    window.status.refresh()
    assert held(window) == still
    window.filter_state.set_text(f"event:{LONG}")
    assert held(window) == still
    timeline = window.timeline.height()
    window.show_error(UserError(f"{LONG} {LONG} {LONG}", hint=LONG))
    assert held(window)[:-1] == still[:-1], "only the timeline makes room for a problem"
    assert 0 < window.timeline.height() <= timeline


def held(window: Any) -> list[Any]:
    """Sizes and places of the window and what stands in it, once its layout is done."""
    QTest.qWait(1)
    window.grab()
    docks = sorted(window.findChildren(QDockWidget), key=QDockWidget.objectName)
    parts = [window.toolbar, window.status, *docks, window.timeline]
    return [window.size(), *(part.geometry() for part in parts)]
