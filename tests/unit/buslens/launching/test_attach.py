"""`buslens attach`: what becomes of its arguments, of a request, and of a program that answers it or does not.

Here a program of any Python runs the script; in tests/end_to_end/test_attach.py one of Python 3.14 is truly asked.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from buslens.control.client import Program
from buslens.launching import attach as attaching
from buslens.launching import ps, running
from buslens.launching.attach import SCRIPT, AttachRequest, answer, ask, asked, attach, parsed
from buslens.launching.command import WrongUse
from buslens.launching.joining import ASKED, WITHDRAWN
from buslens.launching.running import RunningPython
from buslens.launching.session import LaunchSession, Process, runtime_folder
from tests.helpers.streams import events, followed

PROGRAM = """
import sys
from pyee.base import EventEmitter

bus = EventEmitter()
bus.on("tick", print)
for line in sys.stdin:
    word, _, rest = line.rstrip().partition(" ")
    if word == "run":
        with open(rest) as file:
            exec(file.read(), {})
    else:
        bus.emit("tick", rest)
"""


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def program() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as started:
        yield started
        started.kill()


@pytest.fixture
def running_here(program: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> RunningPython:
    """The program, as one that lets the probe in: it is told to run the script."""
    assert program.stdin is not None
    found = RunningPython(program.pid, "shop.py", (3, 14), sys.executable)
    stdin = program.stdin

    def told(python: str, pid: int, script: str) -> str:
        stdin.write(f"run {script}\n")
        return ""

    monkeypatch.setattr(running, "look", lambda pid, files: found)
    monkeypatch.setattr(attaching, "ask", told)
    return found


def test_options_may_stand_before_and_behind_the_process() -> None:
    request = parsed(["--only=pyee", "4711", "--wait", "2.5", "-q", "--to", "otlp=http://a", "--budget", "5%"])
    assert (request.pid, request.only, request.wait_s, request.is_quiet) == (4711, ["pyee"], 2.5, True)
    assert (request.to, request.budget) == ("otlp=http://a", "0.05")
    assert parsed(["--help"]).prints_help


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "give the number of one process"),
        (["app.py"], "give the number of one process"),
        (["1", "2"], "give the number of one process"),
        (["--wait"], "--wait needs a value"),
        (["--wait", "soon", "1"], "--wait takes seconds, .* not 'soon'"),
        (["--wait=nan", "1"], "--wait takes seconds"),
        (["--only", "none", "1"], "--only knows no library 'none'"),
        (["--budget", "much", "1"], "--budget: "),
        (["--fast", "1"], "no such option: --fast"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongUse, match=problem):
        parsed(arguments)
    assert attach(arguments) == 2
    assert capsys.readouterr().err.endswith("(see buslens attach --help)\n")


def test_help_names_the_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    assert attach(["-h"]) == 0
    assert "blinker" in capsys.readouterr().out


def test_what_cannot_be_attached_to_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert attach(["4194305"]) == 2
    assert capsys.readouterr().err == "buslens: there is no process 4194305 that runs\n"


def test_a_program_is_watched_from_the_moment_it_is_asked(
    program: subprocess.Popen[str], running_here: RunningPython, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.stdin is not None
    program.stdin.write("emit before\n")
    assert attach([str(program.pid), "--only", "pyee"]) == 0
    (folder,) = ps.sessions(runtime_folder())
    said = capsys.readouterr().err
    assert f" {program.pid} (shop.py) is watched, 1 bus so far, recording into {folder}; not seen: what was" in said

    assert attach([str(program.pid)]) == 2
    assert capsys.readouterr().err == (f"buslens: process {program.pid} is watched already: buslens open {folder}\n")

    program.stdin.write("emit after\n")
    out, _ = program.communicate()
    assert (out, program.returncode) == ("before\nafter\n", 0)
    (listed,) = ps.processes(folder)
    assert listed.state == "ended"
    trace, _ = followed(Path(listed.capture))
    assert events(trace) == ["tick"]
    marks = [trace.marks.text(row) for row in range(len(trace.marks))]
    assert any("what it did before is not seen" in mark for mark in marks)


def test_a_program_takes_commands_where_that_is_asked_for(
    program: subprocess.Popen[str], running_here: RunningPython, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.stdin is not None
    program.stdin.write("emit before\n")
    assert attach([str(program.pid), "--control", "-q"]) == 0
    assert ps.ps([]) == 0
    header, line = capsys.readouterr().out.splitlines()
    assert line[header.index("CONTROL") :].startswith("yes")
    (folder,) = ps.sessions(runtime_folder())
    (listed,) = ps.processes(folder)
    with Program(listed.capture, program.pid) as reached:
        assert [bus["library"] for bus in reached.ask("look")["buses"]] == ["pyee"]
    program.communicate()
    assert ps.ps([]) == 0
    header, line = capsys.readouterr().out.splitlines()
    assert line[header.index("CONTROL") :].startswith("-")


def test_a_program_that_does_not_answer_stays_as_it_was(
    program: subprocess.Popen[str],
    running_here: RunningPython,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scripts: list[str] = []
    monkeypatch.setattr(attaching, "ask", lambda python, pid, script: scripts.append(script) or "")
    assert attach([str(program.pid), "--wait", "0.05"]) == 1
    assert "did not answer in 0.05 s, and is as it was: its main thread is in a call" in capsys.readouterr().err
    assert (Path(scripts[0]).parent / WITHDRAWN).exists()

    assert program.stdin is not None
    program.stdin.write(f"run {scripts[0]}\nemit late\n")  # the program comes to it after all
    assert program.communicate()[0] == "late\n"
    assert ps.processes(str(Path(scripts[0]).parent)) == []


def test_a_program_that_ends_meanwhile_is_said() -> None:
    session = LaunchSession.made()
    gone = RunningPython(4194305, "x", (3, 14), sys.executable)
    assert answer(gone, session.folder, 60) == "process 4194305 has ended before it answered"


def test_an_answer_that_is_a_reason_is_said(running_here: RunningPython) -> None:
    session = LaunchSession.made()
    Path(session.folder, "answer").write_text("it watches itself already")
    assert answer(running_here, session.folder, 60).endswith("is not watched: it watches itself already")


def test_where_python_cannot_ask_its_last_line_is_said(tmp_path: Path) -> None:
    asking = tmp_path / "python3.14"
    asking.write_text("#!/bin/sh\necho 'RuntimeError: not this one' >&2\nexit 1\n")
    asking.chmod(0o755)
    assert ask(str(asking), 7, "/x.py") == f"process 7 cannot be asked by {asking}: RuntimeError: not this one"


def test_nothing_is_left_of_a_request_that_could_not_be_made(running_here: RunningPython) -> None:
    session = LaunchSession.made()
    Path(session.folder, SCRIPT).touch()  # in the way
    assert "cannot be asked: " in asked(running_here, session, AttachRequest(), sys.executable)
    assert not Path(session.folder).exists()


def test_a_recorded_program_is_not_attached_to(running_here: RunningPython, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Process(LaunchSession.made(), "")
    recorded.write()
    monkeypatch.setattr(running_here, "pid", recorded.pid)
    monkeypatch.setattr(running_here, "ticks", recorded._fields["ticks"])
    assert attach(["1"]) == 2
    assert not list(Path(recorded.session.folder).glob(ASKED))
