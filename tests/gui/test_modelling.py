"""Capture > Make Scenario and Run > What If: what is measured, simulated and compared is shown before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QTableWidget

from bus.scenario import load
from tests.helpers.queueing import queue_trace
from ui.modelling.model_sheet import ModelSheet
from ui.modelling.what_if_sheet import WhatIfSheet

PATIENCE_MS = 60_000
JOBS = """buslens: 1
name: Jobs
engine: pyee-asyncio
events: {job: {}, done: {}}
handlers:
  serve: {on: job, worker: thread, parallel: 1, do: [{wait: exponential 10ms}, {emit: done}]}
script: [{emit: job, times: 40, every: exponential 20ms}]
"""


@pytest.fixture
def model(window: Any, qtbot: Any, tmp_path: Path) -> ModelSheet:
    trace = queue_trace(120, arrivals=50, service=lambda rng: rng.expovariate(100))
    path = tmp_path / "jobs.buslens"
    path.write_bytes(trace.raw.read(0, trace.whole))
    window.open(path)
    qtbot.waitUntil(lambda: len(window.session.trace.calls) == 120, timeout=PATIENCE_MS)
    window.wiring.actions["capture.model"].trigger()
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ModelSheet)]
    qtbot.waitUntil(found.saving.keep.isEnabled, timeout=PATIENCE_MS)
    return found


@pytest.fixture
def what_if(window: Any, tmp_path: Path) -> WhatIfSheet:
    (tmp_path / "jobs.yaml").write_text(JOBS, encoding="utf-8")
    window.open(tmp_path / "jobs.yaml")
    window.wiring.actions["run.what_if"].trigger()
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, WhatIfSheet)]
    found.seeds.setValue(2)
    return found


def column(table: QTableWidget, place: int) -> list[str]:
    items = (table.item(row, place) for row in range(table.rowCount()))
    return [item.text() if item is not None else "" for item in items]


def ask(sheet: WhatIfSheet, key: str, value: str, qtbot: Any) -> None:
    sheet.key.setCurrentIndex([sheet.key.itemData(at) for at in range(sheet.key.count())].index(key))
    sheet.value.setText(value)
    sheet.ask()
    qtbot.waitUntil(sheet.start.isEnabled, timeout=PATIENCE_MS)


def test_a_scenario_is_shown_beside_its_capture_saved_and_opened(
    window: Any, model: ModelSheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "event job" in column(model.table, 0)
    assert "inferred: serve has 1 worker" in model.notes.toPlainText()
    path = tmp_path / "made.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    model.saving.keep.click()
    assert "serve" in load(path).scenario.handlers
    model.saving.open.click()
    assert window.session.document.path == path


def test_another_choice_makes_another_scenario(model: ModelSheet, qtbot: Any) -> None:
    model.payloads.setChecked(False)
    assert not model.saving.keep.isEnabled(), "nothing is saved that was not shown"
    qtbot.waitUntil(model.saving.keep.isEnabled, timeout=PATIENCE_MS)
    model.arrivals.setCurrentIndex(2)
    model.arrivals.activated.emit(2)
    qtbot.waitUntil(model.saving.keep.isEnabled, timeout=PATIENCE_MS)
    assert model.wanted.arrivals == "fitted"


def test_a_place_that_cannot_be_written_is_said(model: ModelSheet, tmp_path: Path) -> None:
    model.saving.write(tmp_path / "no" / "such" / "made.yaml")
    assert "made.yaml" in model.says.text()
    assert model.saving.open.isHidden()


def test_a_sheet_may_be_closed_while_it_works(window: Any, model: ModelSheet, qtbot: Any) -> None:
    model.make()
    model.close()
    qtbot.waitUntil(lambda: not window.session._held, timeout=PATIENCE_MS)


def test_a_change_is_shown_beside_the_original(what_if: WhatIfSheet, qtbot: Any) -> None:
    ask(what_if, "handler.serve.duration", "3x", qtbot)
    assert "latency p99" in column(what_if.table, 1)
    assert "As it is (A) and changed (B), times aside" in what_if.says.text()
    assert what_if.plot.isHidden()


def test_an_absent_handler_has_no_value(what_if: WhatIfSheet, qtbot: Any) -> None:
    ask(what_if, "is absentserve", "", qtbot)
    assert not what_if.value.isEnabled()
    assert "serve" in what_if.says.text()


def test_a_sweep_is_a_table_and_a_plot(what_if: WhatIfSheet, qtbot: Any) -> None:
    ask(what_if, "arrivals", "0.5x..2x/3", qtbot)
    assert column(what_if.table, 0) == ["0.5x", "1.25x", "2x"]
    assert not what_if.plot.isHidden()
    assert not what_if.plot.grab().isNull()


def test_what_cannot_be_asked_is_said_at_once(what_if: WhatIfSheet) -> None:
    what_if.value.setText("soon")
    what_if.ask()
    assert "expected a factor such as 2x" in what_if.says.text()
    assert what_if.start.isEnabled()


def test_a_person_may_cancel(what_if: WhatIfSheet, qtbot: Any) -> None:
    what_if.seeds.setValue(1000)
    what_if.ask()
    assert not what_if.start.isEnabled()
    what_if.cancel()
    qtbot.waitUntil(what_if.start.isEnabled, timeout=PATIENCE_MS)
    assert what_if.says.text() == "Cancelled."
