"""Whether the probe can be let into a running program is known beforehand, each hindrance with what to do instead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from buslens.launching.running import CannotAttach, RunningPython, interpreter, look

PID = 4_194_305  # more than Linux gives
PYTHON = "/opt/python/bin/python3.14"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what Linux says in /proc")

Told = Callable[..., str]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Writes what the system says of a process, by default of one that can be watched; gives the folder of it all."""

    def write(
        status: str = "",
        exe: str = PYTHON,
        maps: str = "",
        cmdline: str = "python\0app.py\0",
        environ: str = "",
        scope: str | None = None,
        root: str = "/",
        mem: bool = True,
    ) -> str:
        (tmp_path / "self").mkdir()
        process = tmp_path / str(PID)
        process.mkdir()
        uid = os.geteuid()
        (process / "status").write_text(f"Name:\tx\nState:\tS\nTgid:\t{PID}\nUid:\t{uid}\t{uid}\t0\t0\n{status}")
        for name, text in (("maps", maps), ("cmdline", cmdline), ("environ", environ)):
            (process / name).write_text(text)
        (process / "exe").symlink_to(exe)
        (process / "root").symlink_to(root)
        if mem:
            (process / "mem").write_text("")
        if scope is not None:
            (tmp_path / "sys/kernel/yama").mkdir(parents=True)
            (tmp_path / "sys/kernel/yama/ptrace_scope").write_text(f"{scope}\n")
        return str(tmp_path)

    return write


@pytest.mark.parametrize(
    ("exe", "maps", "version"),
    [
        (PYTHON, "", (3, 14)),
        ("/opt/bin/python3.14t", "", (3, 14)),
        (f"{PYTHON} (deleted)", "", (3, 14)),
        ("/usr/sbin/uwsgi", "7f-7f r-xp 0 fe:00 1 /usr/lib/libpython3.15.so.1.0\n", (3, 15)),
        ("/opt/bin/python", "7f-7f r-xp 0 fe:00 1 /lib/_json.cpython-314-x86_64-linux-gnu.so\n", (3, 14)),
    ],
)
def test_the_version_of_its_python_is_read_from_its_files(
    told: Told, exe: str, maps: str, version: tuple[int, int]
) -> None:
    found = look(PID, [__file__], told(exe=exe, maps=maps))
    assert (found.pid, found.title, found.version) == (PID, "app.py", version)
    assert "deleted" not in found.executable


@pytest.mark.parametrize(
    ("system", "problem"),
    [
        (
            {"exe": "/usr/bin/python3.11"},
            r"Python 3\.11, and a program that runs lets nobody in before 3\.14: start",
        ),
        ({"exe": "/usr/bin/bash"}, "is no Python, as far as one can see: it runs /usr/bin/bash"),
        ({"mem": False}, "lets nobody into process .*: a container needs the capability SYS_PTRACE"),
        ({"mem": False, "scope": "1"}, r"sudo sysctl kernel\.yama\.ptrace_scope=0 allows it"),
        ({"mem": False, "scope": "3"}, r"kernel\.yama\.ptrace_scope is 3 here; start it with buslens record"),
        ({"environ": "A=b\0PYTHON_DISABLE_REMOTE_DEBUG=1\0"}, "was started with PYTHON_DISABLE_REMOTE_DEBUG: start"),
        ({"cmdline": "python\0-X\0disable_remote_debug\0a.py\0"}, "was started with -X disable_remote_debug"),
        ({"cmdline": "python\0-Xdisable_remote_debug\0a.py\0"}, "was started with -X disable_remote_debug"),
        ({"root": "/nowhere"}, r"does not see .*test_running\.py, as in a container: run buslens attach in there"),
    ],
)
def test_each_hindrance_is_one_sentence_that_says_what_to_do(told: Told, system: dict[str, str], problem: str) -> None:
    with pytest.raises(CannotAttach, match=problem):
        look(PID, [__file__], told(**system))


def test_a_program_may_have_an_argument_that_looks_like_an_option(told: Told) -> None:
    assert look(
        PID, [], told(cmdline="python\0app.py\0disable_remote_debug\0", environ="PYTHON_DISABLE_REMOTE_DEBUG=\0")
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("State:\tS", "State:\tZ (zombie)", "there is no process .* that runs"),
        (f"Tgid:\t{PID}", "Tgid:\t7", "is a thread of process 7: give the process"),
        (
            f"Uid:\t{os.geteuid()}\t{os.geteuid()}",
            "Uid:\t0\t4294967",
            "of another user: sudo -u '#4294967' buslens attach",
        ),
    ],
)
def test_a_process_that_is_none_of_this_users_is_refused(told: Told, old: str, new: str, problem: str) -> None:
    proc = told()
    status = Path(proc, str(PID), "status")
    status.write_text(status.read_text().replace(old, new))
    with pytest.raises(CannotAttach, match=problem):
        look(PID, [], proc)


def test_where_the_system_says_nothing_attaching_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotAttach, match="needs Linux: start it with buslens record"):
        look(PID, [], str(tmp_path))


def test_a_number_that_no_process_has_and_our_own_are_refused() -> None:
    with pytest.raises(CannotAttach, match=f"there is no process {PID} that runs"):
        look(PID, [])
    with pytest.raises(CannotAttach, match="is this command itself"):
        look(os.getpid(), [])


def test_this_very_machine_is_read_rightly() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        said = f"runs Python {sys.version_info[0]}.{sys.version_info[1]}," if sys.version_info < (3, 14) else ""
        with pytest.raises(CannotAttach, match=said or "does not see /none"):
            look(child.pid, ["/none"])
    finally:
        child.communicate()


def test_a_running_program_says_whether_it_has_ended_or_is_stopped() -> None:
    program = RunningPython(os.getpid(), "x", (3, 14), PYTHON)
    assert program.is_alive
    assert not program.is_stopped
    assert not RunningPython(PID, "x", (3, 14), PYTHON).is_alive


def test_the_programs_own_python_asks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert interpreter(RunningPython(PID, "x", (3, 14), PYTHON)) == PYTHON
    assert interpreter(RunningPython(PID, "x", sys.version_info[:2], "/usr/sbin/uwsgi")) == sys.executable
    built_in = RunningPython(PID, "x", (3, 99), "/usr/sbin/uwsgi")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotAttach, match=r"has its Python built in, and no python3\.99 is found"):
        interpreter(built_in)
    (tmp_path / "python3.99").write_text("#!/bin/sh\n")
    (tmp_path / "python3.99").chmod(0o755)
    assert interpreter(built_in) == str(tmp_path / "python3.99")
