"""Our own commands run beside the program, when there is something to see, and never where nothing comes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.launching.beside import run_beside
from buslens.launching.session import LaunchSession, Process
from tests.helpers.patience import PATIENCE_S, wait_until

OPENER = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(f'{os.getsid(0)} {os.getppid()}')"


def test_a_command_runs_when_something_is_recorded_and_is_no_child_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    process, opened = Process(LaunchSession.made(), ""), tmp_path / "opened"
    process.write()
    run_beside(os.getpid(), process.session.folder, [sys.executable, "-c", OPENER, str(opened)])
    assert not opened.exists()
    process.records_into(str(tmp_path / "x.buslens"))
    wait_until(lambda: opened.exists() and bool(opened.read_text()), lambda: "nothing runs")
    session, parent = map(int, opened.read_text().split())
    assert session != os.getsid(0)
    assert parent != os.getpid()


def test_it_never_runs_where_the_program_ends_without_a_bus(tmp_path: Path) -> None:
    opened, ended = tmp_path / "opened", tmp_path / "ended"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        command = [sys.executable, "-c", OPENER, str(opened)]
        code = (
            "import os\nfrom buslens.launching import beside\n"
            f"unused = lambda: open({str(ended)!r}, 'w').close()\n"
            f"beside.run_beside({program.pid}, {str(tmp_path)!r}, {command!r}, unused=unused)\n"
        )
        with subprocess.Popen([sys.executable, "-c", code]) as opener:
            assert program.stdin is not None
            program.stdin.write(b"\n")
            program.stdin.close()
            program.wait()
            assert opener.wait() == 0
    wait_until(ended.exists, lambda: "nobody noticed that the program has ended")
    assert not opened.exists()


def test_it_has_nothing_open_that_the_program_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    process, output = Process(LaunchSession.made(), ""), tmp_path / "output"
    process.write()
    process.records_into(str(tmp_path / "x.buslens"))
    read, write = os.pipe()
    os.set_inheritable(write, True)
    command = [sys.executable, "-c", "import os; print(os.getcwd(), flush=True); input()"]
    out = os.open(output, os.O_RDWR | os.O_CREAT)
    run_beside(os.getpid(), process.session.folder, command, log=str(tmp_path / "log"), output=out)
    os.close(out)
    os.close(write)
    assert os.read(read, 1) == b""  # while the command runs, or has not begun
    os.close(read)
    wait_until(lambda: output.read_text().endswith("\n"), lambda: "nothing was printed")
    assert (Path(output.read_text().strip()) / "buslens").is_dir()
    wait_until(lambda: "EOFError" in (tmp_path / "log").read_text(), lambda: "it has an input")


def test_its_output_and_its_log_are_two_files_also_where_standard_streams_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    process, output, log = Process(LaunchSession.made(), ""), tmp_path / "output", tmp_path / "log"
    process.write()
    process.records_into(str(tmp_path / "x.buslens"))
    says = "import sys; print(sys.stdin.read() + 'output', flush=True); print('log', file=sys.stderr, flush=True)"
    code = (
        f"import os\nfrom buslens.launching.beside import run_beside\n"
        f"out = os.open({str(output)!r}, os.O_RDWR | os.O_CREAT)\n"
        f"os.closerange(0, 3)\nrun_beside({os.getpid()}, {process.session.folder!r}, "
        f"{[sys.executable, '-c', says]!r}, log={str(log)!r}, output=out)\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=PATIENCE_S, check=True)
    wait_until(lambda: log.exists() and log.read_text() == "log\n", lambda: "nothing is in the log")
    assert output.read_text() == "output\n"
