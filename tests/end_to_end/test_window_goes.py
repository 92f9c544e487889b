"""A window that goes, as Python's garbage or by its program's end, says nothing on the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0

OPENED = """
import gc
from tests.helpers.screen import offscreen
offscreen()
from tests.helpers.real_window import opened
with opened() as window:
    window.tables.tabs.setCurrentWidget(window.tables.statistics)
"""
GOES = {"as garbage": "del window; gc.collect()", "deleted": "window.deleteLater()", "at the end": ""}


@pytest.mark.parametrize("way", GOES)
def test_nothing_is_said_when_it_goes(way: str, tmp_path: Path) -> None:
    homes = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"), str(tmp_path))
    command = [sys.executable, "-c", OPENED + GOES[way]]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **homes}, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert ended.returncode == 0, ended.stderr
    assert "Slot" not in ended.stderr
    assert "Error" not in ended.stderr
