"""Run > Choose What Comes Next: what may come is listed with its place; what is taken comes, and is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from bus.scenario import SAMPLES, load
from ui.exploration.choose_sheet import OVER, ChooseSheet

PATIENCE_MS = 60_000


@pytest.fixture
def sheet(window: Any, qtbot: Any) -> ChooseSheet:
    window.open(next(each.path for each in SAMPLES if each.id == "lost-update"))
    window.wiring.actions["run.choose"].trigger()
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ChooseSheet)]
    qtbot.waitUntil(lambda: found.list.count() > 0, timeout=PATIENCE_MS)
    return found


def test_what_is_taken_comes_next_and_is_saved(
    window: Any, sheet: ChooseSheet, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sheet.says.text().startswith("Choice 1, at 10 ms: 2 are due")
    assert "call 2 of deposit (deposit.made)   lost-update.yaml:" in sheet.list.item(0).text()
    sheet.list.setCurrentRow(1)
    sheet.take_it.click()
    qtbot.waitUntil(lambda: sheet.says.text().startswith("Choice 2"), timeout=PATIENCE_MS)
    sheet.rest.click()
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    assert "1 choice so far" in sheet.made.text()
    path = tmp_path / "chosen.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    sheet.keep.click()
    choices = load(path).scenario.choices
    assert choices is not None
    assert [(each.of, each.at, each.take) for each in choices.taken] == [("order", 0, 1)]
    sheet.close()


def test_closing_lets_the_run_go_on_by_itself(window: Any, sheet: ChooseSheet, qtbot: Any) -> None:
    sheet.close()
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    assert window.session.engine_state.taken == ()


def test_what_cannot_be_chosen_is_said(window: Any, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "threads.yaml"
    path.write_text("buslens: 1\nengine: pyee-threads\nevents: {a: {}}\nscript: [{emit: a}]\n", encoding="utf-8")
    window.open(path)
    window.wiring.actions["run.choose"].trigger()
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ChooseSheet)]
    qtbot.waitUntil(lambda: "others decide what comes next" in found.says.text(), timeout=PATIENCE_MS)
    found.close()


def test_a_run_that_is_stopped_is_over(window: Any, sheet: ChooseSheet, qtbot: Any) -> None:
    window.wiring.actions["run.stop"].trigger()
    qtbot.waitUntil(lambda: sheet.says.text() == OVER, timeout=PATIENCE_MS)
    assert not sheet.take_it.isEnabled()
    sheet.close()
