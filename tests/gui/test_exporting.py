"""What a person gets who exports from the window: the whole file, or none, while the window lives on."""

from __future__ import annotations

import csv
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from bus.errors import UserError
from bus.scenario.samples import SAMPLES
from tests.helpers.turns import Turns
from tests.helpers.window_run import run_to_its_end
from ui.exporting import Exporting
from ui.widgets.progress import Progress

PATIENCE_MS = 60_000


@pytest.fixture
def exporting(window: Any, qtbot: Any) -> Exporting:
    window.session.open(SAMPLES[0].path)
    run_to_its_end(window, qtbot)
    exporting: Exporting = window.wiring.verbs.file.exporting
    return exporting


def sheets() -> list[Progress]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Progress) and widget.isVisible()]


def test_the_file_is_complete_and_the_status_bar_says_so(
    exporting: Exporting, window: Any, qtbot: Any, tmp_path: Path
) -> None:
    path = tmp_path / "checkout.csv"
    with qtbot.waitSignal(exporting.wrote, timeout=PATIENCE_MS):
        exporting.start("csv", path, None)
    with path.open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) >= len(window.session.trace.calls)
    assert str(path) in window.status.hover.text()
    assert not exporting.busy


class SlowExport:
    """Writes until it is told to stop."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def __call__(self, progress: Any) -> None:
        try:
            while True:
                progress(0.5)
                self.stopped.wait(0.001)
        finally:
            self.stopped.set()


def test_a_long_export_shows_how_far_it_is_and_can_be_cancelled(
    exporting: Exporting, window: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowExport()
    monkeypatch.setattr(window.session, "lend", lambda *_: slow)
    exporting.start("csv", tmp_path / "long.csv", None)
    qtbot.waitUntil(lambda: bool(sheets()) and sheets()[0].bar.value() == 500, timeout=PATIENCE_MS)
    with pytest.raises(UserError, match="another export"):
        exporting.start("csv", tmp_path / "second.csv", None)
    sheets()[0].reject()
    qtbot.waitUntil(lambda: not exporting.busy, timeout=PATIENCE_MS)
    assert slow.stopped.is_set()
    assert not sheets()


def test_a_folder_that_does_not_exist_is_said(exporting: Exporting, qtbot: Any, tmp_path: Path) -> None:
    with qtbot.waitSignal(exporting.failed, timeout=PATIENCE_MS) as said:
        exporting.start("jsonl", tmp_path / "nowhere" / "x.jsonl", None)
    assert isinstance(said.args[0], UserError)


def test_what_happens_during_an_export_is_not_lost(
    window: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    turns = Turns(session, monkeypatch)
    session.open(SAMPLES[0].path)
    session.start(speed=float("inf"))
    write = session.lend("csv", tmp_path / "early.csv")
    before = len(session.trace.dispatches)
    turns.wait(qtbot, 5)
    assert len(session.trace.dispatches) == before
    write(None)
    session.release()
    qtbot.waitUntil(lambda: session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    assert len(session.trace.dispatches) == 279
