"""`buslens attach` lets the probe into a program that runs: truly, where there is a Python 3.14 on this machine.

BUSLENS_PYTHON_314 names one; else `python3.14` is looked for. It needs nothing installed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyee
import pytest
import typing_extensions

from buslens.launching import ps
from tests.helpers.patience import wait_until
from tests.helpers.streams import events, followed

PYTHON = os.environ.get("BUSLENS_PYTHON_314") or shutil.which("python3.14") or ""
PROGRAM = """
import sys, time
from pyee.base import EventEmitter

bus = EventEmitter()
bus.on("tick", len)
print("up", flush=True)
if sys.argv[1:]:
    print(input(), "last", flush=True)
else:
    while True:
        bus.emit("tick", "x")
        time.sleep(0.001)
"""

pytestmark = pytest.mark.skipif(
    not PYTHON or not sys.platform.startswith("linux"),
    reason="needs Linux and a Python 3.14, which is not here (BUSLENS_PYTHON_314)",
)

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts the program; it is up when this returns."""
    (tmp_path / "app.py").write_text(PROGRAM)
    for module in (Path(pyee.__file__).parent, Path(typing_extensions.__file__)):
        (tmp_path / module.name).symlink_to(module)
    started: list[subprocess.Popen[str]] = []

    def start(*command: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [PYTHON, *command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        assert program.stdout is not None
        assert program.stdout.readline() == "up\n"
        return program

    yield start
    for program in started:
        program.kill()
        program.communicate()


def attach(tmp_path: Path, *arguments: object) -> tuple[int, str]:
    return buslens(tmp_path, "attach", *arguments)


def buslens(tmp_path: Path, *arguments: object) -> tuple[int, str]:
    """The command's exit code, and what it said on stderr."""
    tmp_path.chmod(0o700)
    done = subprocess.run(
        [sys.executable, "-m", "buslens", *map(str, arguments)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace_scope" in done.stderr:
        pytest.skip(done.stderr)  # this machine lets nobody in
    return done.returncode, done.stderr


def test_a_program_that_runs_is_watched_and_nothing_is_lost_when_it_is_killed(run: Run, tmp_path: Path) -> None:
    program = run("app.py")
    code, said = attach(tmp_path, program.pid, "--wait", "60")
    assert (code, f"process {program.pid} (app.py) is watched, 1 bus so far" in said) == (0, True), said
    (session,) = ps.sessions(str(tmp_path / "buslens"))
    (listed,) = ps.processes(session)
    wait_until(lambda: len(events(followed(Path(listed.capture))[0])) > 2, lambda: "no emit was recorded")
    assert attach(tmp_path, program.pid) == (
        2,
        f"buslens: process {program.pid} is watched already: buslens open {session}\n",
    )
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert set(events(followed(Path(listed.capture))[0])) == {"tick"}


def test_one_that_was_let_into_takes_commands_where_that_was_asked_for(run: Run, tmp_path: Path) -> None:
    program = run("app.py")
    code, said = attach(tmp_path, program.pid, "--control", "--wait", "60")
    assert code == 0, said
    assert buslens(tmp_path, "emit", program.pid, "EventEmitter", "by.hand", "[1]", "--wait", "60") == (0, "")
    (session,) = ps.sessions(str(tmp_path / "buslens"))
    (listed,) = ps.processes(session)
    wait_until(lambda: "by.hand" in events(followed(Path(listed.capture))[0]), lambda: "it was not recorded")


def test_one_whose_main_thread_waits_is_as_it_was(run: Run, tmp_path: Path) -> None:
    program = run("app.py", "waits")
    code, said = attach(tmp_path, program.pid, "--wait", "0.3")
    assert (code, "did not answer in 0.3 s, and is as it was: its main thread is in a call that waits" in said) == (
        1,
        True,
    )
    assert program.communicate("this")[0] == "this last\n"
    assert program.returncode == 0
    (session,) = ps.sessions(str(tmp_path / "buslens"))
    assert ps.processes(session) == []


def test_one_that_lets_nobody_in_is_not_asked(run: Run, tmp_path: Path) -> None:
    program = run("-X", "disable_remote_debug", "app.py")
    code, said = attach(tmp_path, program.pid)
    assert (code, "was started with -X disable_remote_debug: start it with buslens record" in said) == (2, True)
