"""A run that is written while it goes on: what was added is on disk, whatever happens next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bus.capture.file_lock import is_written
from bus.capture.growing_file import GrowingFile


def test_what_was_added_can_be_read_before_the_file_is_closed(tmp_path: Path) -> None:
    growing = GrowingFile(tmp_path / "run.buslens")
    growing.add(b"one ")
    growing.add(b"two")
    assert (tmp_path / "run.buslens").read_bytes() == b"one two"
    growing.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_whoever_opens_it_sees_that_more_comes_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "run.buslens"
    growing = GrowingFile(path)
    growing.add(b"one")
    assert is_written(path)
    growing.close()
    assert not is_written(path)


def test_a_run_that_never_begins_leaves_alone_what_lies_there(tmp_path: Path) -> None:
    path = tmp_path / "run.buslens"
    path.write_bytes(b"an older one")
    growing = GrowingFile(path)
    growing.close()
    assert path.read_bytes() == b"an older one"
    begun = GrowingFile(path)
    begun.add(b"new")
    assert path.read_bytes() == b"new"
    begun.close()


def test_where_it_cannot_be_written_the_run_goes_on_and_the_reason_is_kept(tmp_path: Path) -> None:
    growing = GrowingFile(tmp_path / "nowhere" / "run.buslens")
    growing.add(b"one")
    reason = growing.problem
    assert "run.buslens" in reason
    (tmp_path / "nowhere").mkdir()
    growing.add(b"two")
    assert growing.problem == reason
    assert not (tmp_path / "nowhere" / "run.buslens").exists(), "a capture without its beginning is none"
    growing.close()


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_disk_is_said_once_and_closing_is_no_trouble() -> None:
    growing = GrowingFile(Path("/dev/full"))
    growing.add(b"one")
    assert "full" in growing.problem.removeprefix("/dev/full")
    growing.close()
