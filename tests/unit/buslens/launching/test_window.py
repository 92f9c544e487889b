"""The window comes beside the program, when there is something to see, and never where nothing comes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.launching.session import LaunchSession, Process
from buslens.launching.window import command_for, open_beside, why_none
from tests.helpers.patience import wait_until

OPENER = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(f'{os.getsid(0)} {os.getppid()}')"


def test_it_opens_when_something_is_recorded_and_is_no_child_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    process, opened = Process(LaunchSession.made(), ""), tmp_path / "opened"
    process.write()
    open_beside(os.getpid(), process.session.folder, [sys.executable, "-c", OPENER, str(opened)])
    assert not opened.exists()
    process.records_into(str(tmp_path / "x.buslens"))
    wait_until(lambda: opened.exists() and bool(opened.read_text()), lambda: "no window")
    session, parent = map(int, opened.read_text().split())
    assert session != os.getsid(0)
    assert parent != os.getpid()


def test_it_never_opens_where_the_program_ends_without_a_bus(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        command = [sys.executable, "-c", OPENER, str(opened)]
        code = (
            "import os\nfrom buslens.launching import window\nread, write = os.pipe()\n"
            f"window.open_beside({program.pid}, {str(tmp_path)!r}, {command!r})\n"
            "os.close(write)\nos.read(read, 1)\n"
        )
        with subprocess.Popen([sys.executable, "-c", code]) as opener:
            assert program.stdin is not None
            program.stdin.write(b"\n")
            program.stdin.close()
            program.wait()
            assert opener.wait() == 0  # the pipe is closed when the process that waits has ended
    assert not opened.exists()


def test_without_a_display_it_is_said_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buslens.application.why_not", lambda: None)
    assert why_none({}, "linux") == "--window needs a display, and none is set here (DISPLAY, WAYLAND_DISPLAY)"
    assert why_none({"DISPLAY": ":0"}, "linux") == why_none({}, "darwin") == ""
    monkeypatch.setattr("buslens.application.why_not", lambda: "the application is needed")
    assert why_none({"DISPLAY": ":0"}, "linux") == "the application is needed"


def test_it_is_opened_by_the_application() -> None:
    assert command_for("/tmp/x.buslens") == [sys.executable, "-m", "buslens", "open", "/tmp/x.buslens"]
