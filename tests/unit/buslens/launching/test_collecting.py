"""The capture that is made beside a program: who may make it, and what is left where nothing was recorded."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.capture.file_lock import is_written
from buslens.launching import collecting
from buslens.launching.collecting import NEEDED, STREAMS, Collection, why_none
from tests.helpers.patience import PATIENCE_S


def test_it_is_locked_from_the_beginning_and_an_earlier_capture_stays_until_there_is_a_new_one(tmp_path: Path) -> None:
    output = tmp_path / "x.buslens"
    output.write_bytes(b"earlier")
    collection = Collection(str(output))
    assert is_written(output)
    assert (tmp_path / f"x.buslens{STREAMS}").stat().st_mode & 0o777 == 0o700
    collection.leave()
    assert output.read_bytes() == b"earlier"
    assert not Path(collection.streams).exists()


def test_where_nothing_was_recorded_nothing_is_left(tmp_path: Path) -> None:
    Collection(str(tmp_path / "x.buslens")).leave()
    assert list(tmp_path.iterdir()) == []


def test_two_programs_do_not_write_one_capture(tmp_path: Path) -> None:
    first = Collection(str(tmp_path / "x.buslens"))
    (Path(first.streams) / f"{os.getpid()}-0a").mkdir()
    with pytest.raises(OSError, match="is the capture of another program: name another file"):
        Collection(first.output)


def test_the_capture_of_a_program_that_has_ended_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "x.buslens"
    holds = (
        f"import fcntl; file = open({str(output)!r}, 'w'); fcntl.flock(file, fcntl.LOCK_EX); print(flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as earlier:
        assert earlier.stdout is not None
        earlier.stdout.readline()
        with monkeypatch.context() as patched:
            patched.setattr(collecting, "_PATIENCE_SECONDS", 0.0)
            with pytest.raises(OSError, match="name another file"):
                Collection(str(output))
        assert earlier.stdin is not None
        earlier.stdin.write(b"\n")
        earlier.stdin.flush()
        Collection(str(output)).leave()


def test_a_capture_is_made_where_an_earlier_program_removes_its_own_while_it_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, lock = tmp_path / "x.buslens", collecting.fcntl.flock  # type: ignore[union-attr]
    first = Collection(str(output))

    def removed_just_before(file: int, operation: int) -> None:
        monkeypatch.undo()
        first.leave()
        os.close(first._file)
        lock(file, operation)

    monkeypatch.setattr(collecting.fcntl, "flock", removed_just_before)
    second = Collection(str(output))
    assert os.path.samestat(os.fstat(second._file), output.stat())
    assert is_written(output)
    second.leave()


def test_a_file_system_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(collecting.fcntl, "flock", refused)
    with pytest.raises(OSError, match=r"cannot be locked \(No locks available\): name a file on another file system"):
        Collection(str(tmp_path / "x.buslens"))


def test_a_standard_stream_that_is_closed_does_not_become_the_capture(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom buslens.launching.collecting import Collection\n"
        f"os.close(0)\nprint(Collection({str(tmp_path / 'x.buslens')!r})._file, os.get_inheritable(3))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert said.stdout.split() == ["3", "False"]


def test_what_was_recorded_and_is_in_no_capture_is_not_lost(tmp_path: Path) -> None:
    streams = tmp_path / f"x.buslens{STREAMS}"
    (streams / "7-0a").mkdir(parents=True)
    with pytest.raises(OSError, match=r"buslens validate .*x\.buslens makes it, or remove that folder"):
        Collection(str(tmp_path / "x.buslens"))
    assert (streams / "7-0a").is_dir()


def test_it_needs_the_application_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_none(str(tmp_path / "x.buslens")) == ""
    assert why_none(os.devnull) == f"{os.devnull} is no file that can be locked"
    no_application = "the application is not installed here (pip install 'buslens[app]')"
    with monkeypatch.context() as patched:
        patched.setattr(collecting, "NEEDED", ("numpy", "no_such_library"))
        assert why_none(str(tmp_path / "x.buslens")) == no_application
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert why_none(str(tmp_path / "x.buslens")) == no_application


def test_what_makes_it_needs_no_other_library() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nimport app.collecting\n"
        "came = {name: each for name, each in sys.modules.items() if name not in before}\n"
        "files = {name: str(getattr(each, '__file__', '')) for name, each in came.items()}\n"
        "print(*{name.partition('.')[0] for name, file in files.items() if 'site-packages' in file})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert {*said.stdout.split()} - {"typing_extensions"} == {*NEEDED}  # which pydantic_core needs itself
