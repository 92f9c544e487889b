"""`buslens record` without a file to write: each process has a stream, which loses nothing, and all are one session."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyee
import pytest

from bus.programs.loading import load
from bus.trace import Trace
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
OTHERS = [path for path in PYTHONS if int(path.parts[-3].split(".")[1]) >= 9] or [Path(sys.executable)]

COUNTS = """
import sys
from pyee.base import EventEmitter
bus = EventEmitter()
bus.on("counted", lambda payload: None)
for number in range(10 ** 9):
    bus.emit("counted", {"number": number})
    if number % 1000 == 0:
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""

FORKS = """
import os
from pyee.base import EventEmitter
bus = EventEmitter()
bus.on("who", lambda payload: None)
child = os.fork()
bus.emit("who", {"is": "child" if child == 0 else "parent"})
os._exit(0) if child == 0 else os.waitpid(child, 0)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "run").mkdir(mode=0o700)
    library = str(Path(pyee.__file__).parents[1])
    made = Program(tmp_path).environment(XDG_RUNTIME_DIR=str(tmp_path / "run"))
    return {**made, "PYTHONPATH": f"{ROOT}{os.pathsep}{library}"}


def command(python: str, script: Path) -> list[str]:
    return [sys.executable, "-m", "buslens", "record", "-q", "--", python, str(script)]


def session(tmp_path: Path) -> Path:
    (folder,) = (tmp_path / "run" / "buslens").iterdir()
    return folder


def payloads(trace: Trace) -> list[dict[str, object]]:
    found = [trace.blobs.payload(int(blob)) for blob in trace.dispatches.payload]
    return [payload.value for payload in found if payload is not None]


@pytest.mark.parametrize("lines", [1, 5, 20])
def test_nothing_is_lost_where_the_program_is_killed(tmp_path: Path, environment: dict[str, str], lines: int) -> None:
    script = tmp_path / "counts.py"
    script.write_text(COUNTS)
    with subprocess.Popen(
        command(sys.executable, script), env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        said = [int(program.stdout.readline()) for _ in range(lines)][-1]
        program.send_signal(signal.SIGKILL)
        program.wait(PATIENCE_S)
    trace = load(session(tmp_path))
    numbers = [payload["number"] for payload in payloads(trace)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > said
    assert trace.dropped == 0
    marks = [trace.marks.text(row) for row in range(len(trace.marks))]
    assert any("was killed or crashed" in mark for mark in marks)


@pytest.mark.parametrize("python", OTHERS, ids=lambda path: path.parts[-3])
def test_a_program_and_its_forked_child_are_one_session_on_every_python(
    tmp_path: Path, environment: dict[str, str], python: Path
) -> None:
    script = tmp_path / "forks.py"
    script.write_text(FORKS)
    done = subprocess.run(
        command(str(python), script), env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    trace = load(session(tmp_path))
    assert sorted(str(payload["is"]) for payload in payloads(trace)) == ["child", "parent"]
    assert trace.ended
