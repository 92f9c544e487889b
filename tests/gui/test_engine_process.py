"""A window whose engine is in a process of its own, as the program has it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.engine_process import EngineProcesses
from tests.helpers.patience import PATIENCE_S
from tests.helpers.real_window import opened
from tests.helpers.told import events
from tests.helpers.window_run import run_to_its_end

SHOP = """buslens: 1
events: {placed: {}, paid: {}}
handlers: {charge: {on: placed, do: [{wait: 20ms}, {emit: paid}]}}
script: [{emit: placed, every: 100ms, times: 5}]
"""
ENDLESS = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]\n"


@pytest.fixture
def window(clean_qt: None, qtbot: Any) -> Iterator[Any]:
    with EngineProcesses() as processes, opened(processes.make_run) as window:
        qtbot.waitExposed(window)
        yield window


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_run_comes_to_its_end_and_goes_on_by_hand(window: Any, qtbot: Any, tmp_path: Path) -> None:
    run_to_its_end(window, qtbot, written(tmp_path, SHOP))
    assert events(window.session.trace) == ["placed", "paid"] * 5
    window.session.emit("placed")
    qtbot.waitUntil(lambda: len(window.session.trace.calls) == 6, timeout=round(PATIENCE_S * 1000))


def test_a_killed_engine_is_told_in_the_window_and_the_next_run_begins(window: Any, qtbot: Any, tmp_path: Path) -> None:
    window.open(written(tmp_path, ENDLESS))
    window.session.start()
    qtbot.waitUntil(lambda: len(window.session.trace.calls) == 1, timeout=round(PATIENCE_S * 1000))
    os.kill(window.session._runner._process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "failed", timeout=round(PATIENCE_S * 1000))
    qtbot.waitUntil(window.errors.isVisible, timeout=round(PATIENCE_S * 1000))
    assert window.errors.problems == [
        "The engine's process was killed by signal 9; what it had recorded until then is kept"
    ]
    assert events(window.session.trace) == ["a"]
    run_to_its_end(window, qtbot, written(tmp_path, SHOP))
    assert len(window.session.trace.calls) == 5
