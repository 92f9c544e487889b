"""Capture > Programs: what is watched, live, and one click to see all of its processes together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from buslens.launching.session import LaunchSession, Process
from buslens.recorder import Recorder
from buslens.stream import StreamRecorder
from ui.programs.sheet import ProgramsSheet


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    return run


def sheet_of(window: Any) -> ProgramsSheet:
    window.wiring.actions["programs.show"].trigger()
    (sheet,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ProgramsSheet) and each.isVisible()]
    return sheet


def emit(recorder: Recorder, event: str) -> None:
    recorder.dispatch(
        recorder.next_id(), 0, recorder.event(event, recorder.bus("b")), recorder.here(), 0, None, has_payload=False
    )


def texts(sheet: ProgramsSheet) -> list[list[str]]:
    tops = [sheet.tree.topLevelItem(row) for row in range(sheet.tree.topLevelItemCount())]
    return [[item.text(column) for column in range(6)] for item in tops if item is not None]


def test_where_nothing_is_watched_it_says_how(window: Any) -> None:
    sheet = sheet_of(window)
    assert sheet.nothing.isVisible()
    assert not sheet.tree.isVisible()
    assert not sheet.watch.isEnabled()
    assert "buslens record -- python app.py" in sheet.nothing.accessibleDescription()
    sheet.close()


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_a_program_comes_is_watched_and_goes_on(window: Any, qtbot: Any) -> None:
    sheet = sheet_of(window)
    session = LaunchSession.made()
    process = Process(session, "")
    process.write()
    qtbot.waitUntil(lambda: bool(texts(sheet)))
    assert texts(sheet)[0][1] == str(os.getpid())
    assert texts(sheet)[0][5] == "running"
    assert not sheet.watch.isEnabled()
    recorder = StreamRecorder.into(session.folder, "shop.py")
    emit(recorder, "ordered")
    process.records_into(recorder.path)
    process.one_bus_more()
    qtbot.waitUntil(sheet.watch.isEnabled)
    qtbot.mouseClick(sheet.watch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.session.trace.dispatches) == 1)
    assert window.session.engine_state.phase == "following"
    emit(recorder, "paid")
    qtbot.waitUntil(lambda: len(window.session.trace.dispatches) == 2)
    recorder.close()
    process.end()
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished")
