"""A session is a folder of the user's own, in which each process says what it is and how it ended."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.launching.ps import processes
from buslens.launching.session import (
    PROCESS,
    LaunchSession,
    Process,
    check,
    command_line,
    runtime_folder,
    start_ticks,
    title_of,
)


@pytest.fixture(autouse=True)
def _runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))


def test_it_lies_in_the_runtime_folder_for_its_owner_alone(tmp_path: Path) -> None:
    session = LaunchSession.made()
    assert Path(session.folder).parent == tmp_path / "run" / "buslens"
    assert stat.S_IMODE(os.stat(session.folder).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(runtime_folder()).st_mode) == 0o700


def test_without_a_runtime_folder_it_lies_in_the_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert runtime_folder() == str(tmp_path / f"buslens-{os.getuid()}")


@pytest.mark.parametrize("wrong", ["link", "open", "file"])
def test_a_folder_that_is_not_safe_is_refused(tmp_path: Path, wrong: str) -> None:
    folder = tmp_path / "run" / "buslens"
    if wrong == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    elif wrong == "open":
        folder.mkdir()
        folder.chmod(0o750)
    else:
        folder.write_text("")
    with pytest.raises(OSError, match="must be a folder of yours that nobody else may enter"):
        runtime_folder()


def test_one_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="is not there any more"):
        check(str(tmp_path / "gone"))


def test_the_first_process_writes_what_was_asked_for_and_others_beside_it(tmp_path: Path) -> None:
    session, to = LaunchSession.made(), str(tmp_path / "x.buslens")
    assert session.capture(to) == to
    own = session.capture(to)
    assert own == str(tmp_path / f"x.{os.getpid()}.buslens")
    Path(own).touch()  # this process has become another program
    assert session.capture(to) == str(tmp_path / f"x.{os.getpid()}-2.buslens")
    assert Path(LaunchSession(session.folder).capture("")).parent == Path(session.folder)


def test_a_process_says_what_it_is_and_how_it_ended() -> None:
    process = Process(LaunchSession.made(), "7-1")
    process.write()
    process.records_into("/tmp/a\nb")
    process.one_bus_more()
    (seen,) = processes(process.session.folder)
    assert (seen.name, seen.parent, seen.buses, seen.state, seen.is_alive) == (process.name, "7-1", 1, "running", True)
    assert seen.capture == "/tmp/a?b"
    process.end()
    (seen,) = processes(process.session.folder)
    assert (seen.buses, seen.state, seen.is_alive) == (1, "ended", False)


def test_a_child_that_had_no_bus_is_not_listed_when_it_has_ended() -> None:
    program = Process(LaunchSession.made(), "")
    program.write()
    tool = Process(program.session, program.name)
    tool.name += "0"
    tool.write()
    assert len(processes(program.session.folder)) == 2
    tool.end()
    program.end()
    assert [each.name for each in processes(program.session.folder)] == [program.name]


def test_a_forked_child_is_the_child_of_the_last_one_that_anybody_has_heard_of() -> None:
    process = Process(LaunchSession.made(), "7-1")
    process.write()
    child = process.forked()
    grandchild = child.forked()
    child.end()  # it has said nothing, and does not now
    grandchild.name += "0"
    grandchild.write()
    assert {each.parent for each in processes(process.session.folder)} == {"7-1", process.name}


def test_a_file_that_somebody_has_removed_does_not_matter() -> None:
    process = Process(LaunchSession.made(), "")
    process.write()
    process.records_into("x")
    os.unlink(os.path.join(process.session.folder, process.name + PROCESS))
    process.one_bus_more()
    process.end()


@pytest.mark.parametrize(
    ("command", "title"),
    [
        ("python app.py -m x", "app.py"),
        ("python -X dev -W error -bb /srv/shop/app.py", "app.py"),
        ("python -m uvicorn app:app", "uvicorn"),
        ("python -c code", "python -c"),
        ("python", "python"),
        ("python -", "-"),
    ],
)
def test_a_program_is_called_by_its_script_or_module(command: str, title: str) -> None:
    assert title_of(command.split()) == title


def test_a_child_of_multiprocessing_is_called_so() -> None:
    assert title_of(["python", "-c", "from multiprocessing.spawn import spawn_main; spawn_main()"]) == "multiprocessing"


def test_a_process_is_told_apart_from_another_of_its_number() -> None:
    assert start_ticks(os.getpid()) == start_ticks(os.getpid()) > 0
    assert start_ticks(2**30) == 0
    done = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True)
    assert done.stdout == b"1\n"
    assert command_line()[0]
