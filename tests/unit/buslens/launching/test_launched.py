"""A launched process is counted, says its errors in one line, and its forked children show up when they record."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyee.base import EventEmitter

from buslens.exiting import EXITS
from buslens.launching.collecting import STREAMS
from buslens.launching.figures import figures
from buslens.launching.import_hook import ImportHook
from buslens.launching.launched import LaunchedProcess
from buslens.launching.program import ProgramWatch
from buslens.launching.ps import processes
from buslens.launching.session import LaunchSession, Process
from buslens.stream import StreamRecorder
from tests.helpers.patience import PATIENCE_S
from tests.helpers.seen import seen


@pytest.fixture
def program() -> Iterator[ProgramWatch]:
    made = ProgramWatch()
    yield made
    made.stop()


@pytest.fixture
def launched(program: ProgramWatch, process: Process, tmp_path: Path) -> Iterator[LaunchedProcess]:
    made = LaunchedProcess(process, program)
    made.start(ImportHook(), str(tmp_path / "x.buslens"), ["pyee"])
    yield made
    EXITS.forget(made)


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    made = Process(LaunchSession.made(), "")
    made.write()
    return made


def test_it_says_where_it_records_and_how_many_buses_it_has(
    launched: LaunchedProcess, program: ProgramWatch, process: Process, tmp_path: Path
) -> None:
    emitter = EventEmitter()
    emitter.on("x", print)
    (listed,) = processes(process.session.folder)
    assert listed.capture == str(tmp_path / "x.buslens")
    assert listed.buses >= 1
    launched.end_now()
    assert [each.state for each in processes(process.session.folder)] == ["ended"]
    program.stop()
    assert "EventEmitter at test_launched.py:" in "".join(seen(tmp_path / "x.buslens").buses)


def test_a_forked_child_shows_up_with_the_first_thing_that_it_records(
    launched: LaunchedProcess, program: ProgramWatch, process: Process, tmp_path: Path
) -> None:
    launched.after_fork(1)
    assert len(processes(process.session.folder)) == 1
    process.name += "0"  # in this test the child has its parent's number, and may have its moment
    assert program.recorder is not None
    assert program.recorder.on_first_fact is not None
    program.recorder.on_first_fact()
    child = processes(process.session.folder)[-1]
    assert child.capture == str(tmp_path / f"x.{child.pid}.buslens")


def test_a_stream_is_told_its_budget(program: ProgramWatch, process: Process) -> None:
    made = LaunchedProcess(process, program)
    made.start(ImportHook(), "", ["pyee"], "0.05")
    assert isinstance(program.recorder, StreamRecorder)
    assert figures(program.recorder.path, is_alive=True).budget == 0.05
    EXITS.forget(made)
    program.recorder.close()


def test_into_a_folder_it_writes_a_stream_that_may_take_the_room_of_the_disk(
    program: ProgramWatch, process: Process, tmp_path: Path
) -> None:
    made = LaunchedProcess(process, program)
    made.start(ImportHook(), str(tmp_path), ["pyee"])
    assert isinstance(program.recorder, StreamRecorder)
    assert Path(program.recorder.path).parent == tmp_path
    assert [each.capture for each in processes(process.session.folder)] == [program.recorder.path]
    EXITS.forget(made)
    program.recorder.close()


def test_the_probe_loads_little_of_what_takes_long() -> None:
    code = (
        "import sys, pyee.base; before = set(sys.modules)\n"
        "import buslens.launching.launched, buslens.adapters.pyee.hooks\n"
        "print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    loaded = set(done.stdout.split())
    assert "buslens.adapters.pyee.hooks" in loaded
    heavy = {
        *("ast", "asyncio", "concurrent.futures", "dataclasses", "datetime", "hashlib", "inspect", "json", "linecache"),
        *("logging", "pickle", "queue", "shutil", "signal", "socket", "tracemalloc", "traceback"),
    }
    assert not loaded & heavy


def test_who_begins_when_the_capture_is_made_records_into_the_session(
    program: ProgramWatch, process: Process, tmp_path: Path
) -> None:
    made = LaunchedProcess(process, program)
    made.start(ImportHook(), str(tmp_path / f"x.buslens{STREAMS}"), ["pyee"])
    (listed,) = processes(process.session.folder)
    made.end_now()
    EXITS.forget(made)
    assert Path(listed.capture).parent == Path(process.session.folder)
    assert not list(tmp_path.glob("x.*"))
