"""Run > Explore: what other runs break is listed, told, stepped through, saved, and said when it was decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from bus.scenario import SAMPLES, load
from tests.helpers.exploring import LOST_UPDATE
from ui.exploration.explore_form import SECONDS
from ui.exploration.explore_sheet import ExploreSheet

PATIENCE_MS = 120_000


def opened(window: Any, path: Path) -> ExploreSheet:
    window.open(path)
    window.wiring.actions["run.explore"].trigger()
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ExploreSheet)]
    found.form.jobs.setValue(1)
    return found


@pytest.fixture
def sheet(window: Any) -> ExploreSheet:
    return opened(window, next(each.path for each in SAMPLES if each.id == "lost-update"))


def explore(sheet: ExploreSheet, runs: int, qtbot: Any) -> None:
    sheet.form.amount.setValue(runs)
    sheet.explore()
    qtbot.waitUntil(sheet.form.start.isEnabled, timeout=PATIENCE_MS)


def test_a_finding_is_told_saved_and_stepped_through(
    window: Any, sheet: ExploreSheet, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    explore(sheet, 6, qtbot)
    assert "of 6 runs break something: 1 finding." in sheet.says.text()
    assert LOST_UPDATE in sheet.list.item(0).text()
    assert "The order of call 2 of deposit" in sheet.list.item(0).text()
    assert "was first." in sheet.list.item(0).toolTip()
    assert "needs an order that is legal" in sheet.view.says.toPlainText()
    assert "not tried: strategy pct" in sheet.summary.toPlainText()
    path = tmp_path / "kept.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    sheet.view.keep.click()
    assert load(path).scenario.choices is not None
    sheet.view.when.click()
    qtbot.waitUntil(sheet.view.when.isEnabled, timeout=PATIENCE_MS)
    assert "It was mostly decided at 10 ms" in sheet.view.decided.text()
    assert not sheet.view.plot.grab().isNull()
    sheet.view.step.click()
    qtbot.waitUntil(lambda: window.session.engine_state.next_stop is not None, timeout=PATIENCE_MS)
    assert window.session.document.scenario.choices is not None
    window.session.stop()


def test_a_person_ends_it_and_is_told_what_was_seen_so_far(sheet: ExploreSheet, qtbot: Any) -> None:
    sheet.form.unit.setCurrentText(SECONDS)
    sheet.form.amount.setValue(100_000)
    sheet.explore()
    qtbot.waitUntil(lambda: "run" in sheet.says.text(), timeout=PATIENCE_MS)
    sheet.form.stop.click()
    assert "telling what was seen so far" in sheet.says.text()
    qtbot.waitUntil(sheet.form.start.isEnabled, timeout=PATIENCE_MS)
    assert "runs/s in 1 process" in sheet.summary.toPlainText()


def test_what_cannot_be_explored_is_said(window: Any, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "nothing.yaml"
    path.write_text("buslens: 1\nevents: {a: {}}\nscript: [{emit: a}]\n", encoding="utf-8")
    sheet = opened(window, path)
    explore(sheet, 1, qtbot)
    assert "this scenario expects nothing" in sheet.says.text()
    assert not sheet.view.step.isEnabled()


def test_only_strategies_that_have_a_bound_ask_for_one(sheet: ExploreSheet) -> None:
    assert not sheet.form.bound.isEnabled()
    sheet.form.strategy.setCurrentText("pct")
    sheet.form.strategy.activated.emit(1)
    assert sheet.form.bound.isEnabled()
    assert sheet.form.wanted("pyee").plan.strategy == "pct"


def test_closing_the_sheet_ends_what_runs_for_it(sheet: ExploreSheet, qtbot: Any) -> None:
    sheet.form.amount.setValue(1_000_000)
    sheet.explore()
    qtbot.waitUntil(lambda: "run" in sheet.says.text(), timeout=PATIENCE_MS)
    sheet.close()
    qtbot.waitUntil(lambda: not [each for each in QApplication.topLevelWidgets() if isinstance(each, ExploreSheet)])
