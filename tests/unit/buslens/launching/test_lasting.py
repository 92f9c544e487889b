"""A launch goes on while its program, a process of it, or one that it has just begun does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.launching import lasting
from buslens.launching.lasting import goes_on
from buslens.launching.session import LaunchSession, Process, start_ticks
from buslens.launching.variables import SESSION

GONE = 1 << 22, 1
"""The number of no process, and when it began."""


def test_it_goes_on_while_the_program_does(tmp_path: Path) -> None:
    assert goes_on(str(tmp_path), os.getpid(), start_ticks(os.getpid()))
    assert not goes_on(str(tmp_path), os.getpid(), start_ticks(os.getpid()) + 1)
    assert not goes_on(str(tmp_path / "removed"), *GONE)


def test_it_goes_on_while_a_process_of_it_does(tmp_path: Path) -> None:
    process = Process(LaunchSession(str(tmp_path)), "")
    process.write()
    assert goes_on(str(tmp_path), *GONE)
    process.end()
    assert not goes_on(str(tmp_path), *GONE)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the environment of a process")
def test_it_goes_on_while_one_begins_that_is_in_no_list_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, SESSION: str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment) as child:
        monkeypatch.setattr(lasting, "BEGINS_SECONDS", 1e6)
        assert goes_on(str(tmp_path), *GONE)
        assert not goes_on(str(tmp_path / "other"), *GONE)
        monkeypatch.setattr(lasting, "BEGINS_SECONDS", -1.0)
        assert not goes_on(str(tmp_path), *GONE)
        child.communicate(b"\n")
