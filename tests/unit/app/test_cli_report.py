"""`buslens report` writes one page, and says what leaves with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli_report import ReportRequest, write_report
from bus.errors import UserError
from bus.report import Wanted
from buslens.wire import END_MARK
from tests.helpers.planted import Story


@pytest.fixture
def capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    told = Story()
    told.on("pay", "order")
    told.emit("odrer", payload={"id": 7, "password": "hunter2"})
    path = tmp_path / "shop.buslens"
    path.write_bytes(told.recorder.take() + END_MARK)
    return path


def test_the_page_is_written_and_what_leaves_is_said(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = capture.with_name("page.html")
    write_report(ReportRequest(capture, page))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "odrer" in text
    assert "hunter2" not in text
    assert "1 problem; " in capsys.readouterr().err


def test_the_page_can_go_to_standard_output(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(ReportRequest(capture, Path("-")))
    assert capsys.readouterr().out.startswith("<!doctype html>")


def test_a_preview_shows_what_would_leave_and_writes_nothing(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = capture.with_name("page.html")
    write_report(ReportRequest(capture, page, preview=True))
    told = capsys.readouterr().out
    assert '{"id": 7, "password": "<redacted ' in told
    assert "nothing was written" in told
    assert not page.exists()


def test_payloads_can_stay(capture: Path) -> None:
    page = capture.with_name("page.html")
    write_report(ReportRequest(capture, page, Wanted(payloads="off")))
    assert "redacted" not in page.read_text(encoding="utf-8").replace("redacted by", "")


def test_a_file_that_is_no_capture_is_one_sentence(tmp_path: Path) -> None:
    other = tmp_path / "other.buslens"
    other.write_text("no capture")
    with pytest.raises(UserError):
        write_report(ReportRequest(other, tmp_path / "page.html"))
    assert not (tmp_path / "page.html").exists()


def test_a_wrong_baseline_mutes_nothing_and_is_said(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = capture.with_name("baseline.json")
    baseline.write_text("{")
    write_report(ReportRequest(capture, capture.with_name("page.html"), baseline=baseline))
    said = capsys.readouterr().err
    assert "nothing is muted" in said
    assert "1 problem; " in said
