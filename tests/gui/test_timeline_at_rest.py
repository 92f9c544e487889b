"""Nothing happens, nothing is painted: a window that is only looked at costs no processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from tests.helpers.turns import Turns
from ui.timeline.view import TimelineView

SAMPLE = Path(__file__).parents[2] / "resources" / "scenarios" / "user-created.yaml"


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, TimelineView):
            self.count += event.type() == QEvent.Type.Paint
        return False


def test_a_finished_run_is_not_painted_again_and_again(
    window: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    turns = Turns(session, monkeypatch)
    session.open(SAMPLE)
    session.start(speed=float("inf"))
    qtbot.waitUntil(
        lambda: session.engine_state.phase == "finished" and bool(len(session.trace.dispatches)), timeout=60_000
    )
    paints = Paints()
    QApplication.instance().installEventFilter(paints)
    turns.wait(qtbot, 40)
    assert paints.count < 20
    QApplication.instance().removeEventFilter(paints)
