"""File > Save Evidence: what leaves is shown first, and the page that is written holds that and no more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from buslens.redaction import KEYS, OFF
from buslens.wire import END_MARK
from tests.helpers.planted import Story
from ui.report.sheet import PAYLOADS, ReportSheet

PATIENCE_MS = 60_000


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    told = Story()
    told.on("pay", "order")
    for number in range(3):
        told.emit("odrer", payload={"id": number, "mail": "ann@example.org", "password": "hunter2"})
    path = tmp_path / "shop.buslens"
    path.write_bytes(told.recorder.take() + END_MARK)
    return path


@pytest.fixture
def sheet(window: Any, qtbot: Any, capture: Path) -> ReportSheet:
    window.open(capture)
    qtbot.waitUntil(lambda: len(window.session.trace.dispatches) == 3, timeout=PATIENCE_MS)
    window.wiring.actions["file.save_evidence"].trigger()
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ReportSheet)]
    qtbot.waitUntil(found.saving.keep.isEnabled, timeout=PATIENCE_MS)
    return found


def choose(sheet: ReportSheet, payloads: str, qtbot: Any) -> None:
    sheet.payloads.setCurrentIndex([value for value, _ in PAYLOADS].index(payloads))
    sheet.payloads.activated.emit(sheet.payloads.currentIndex())
    assert not sheet.saving.keep.isEnabled(), "nothing is saved that was not previewed"
    qtbot.waitUntil(sheet.saving.keep.isEnabled, timeout=PATIENCE_MS)


def test_what_leaves_is_shown_and_the_page_holds_it(
    sheet: ReportSheet, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "odrer" in sheet.says.text()
    assert "3 payloads" in sheet.leaves.text()
    preview = sheet.preview.toPlainText()
    assert "ann@example.org" in preview
    assert "hunter2" not in preview
    page = tmp_path / "page.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(page), ""))
    sheet.saving.keep.click()
    text = page.read_text(encoding="utf-8")
    assert "ann@example.org" in text
    assert "hunter2" not in text
    assert str(page) in sheet.says.text()
    assert not sheet.saving.open.isHidden()


def test_payloads_are_left_out_where_a_person_wants_it(sheet: ReportSheet, qtbot: Any) -> None:
    choose(sheet, KEYS, qtbot)
    assert '"mail": "<str>"' in sheet.preview.toPlainText()
    choose(sheet, OFF, qtbot)
    assert "mail" not in sheet.preview.toPlainText()
    assert "0 payloads" in sheet.leaves.text()


def test_more_fields_can_be_secret(sheet: ReportSheet, qtbot: Any) -> None:
    sheet.keys.setText("mail, id")
    sheet.keys.editingFinished.emit()
    qtbot.waitUntil(sheet.saving.keep.isEnabled, timeout=PATIENCE_MS)
    assert "ann@example.org" not in sheet.preview.toPlainText()


def test_a_baseline_beside_the_capture_mutes_and_a_wrong_one_says_so(
    window: Any, sheet: ReportSheet, qtbot: Any, capture: Path
) -> None:
    folder = capture.parent / ".buslens"
    folder.mkdir()
    (folder / "baseline.json").write_text("{")
    sheet.make()
    qtbot.waitUntil(sheet.saving.keep.isEnabled, timeout=PATIENCE_MS)
    assert "nothing is muted" in sheet.leaves.text()


def test_a_place_that_cannot_be_written_is_said(sheet: ReportSheet, tmp_path: Path) -> None:
    sheet.saving.write(tmp_path / "no" / "such" / "folder" / "page.html")
    assert "page.html" in sheet.says.text() or os.sep in sheet.says.text()
    assert sheet.saving.open.isHidden()


def test_the_trace_goes_on_when_the_sheet_is_closed_early(window: Any, sheet: ReportSheet, qtbot: Any) -> None:
    sheet.make()
    sheet.close()
    qtbot.waitUntil(lambda: not window.session._held, timeout=PATIENCE_MS)
