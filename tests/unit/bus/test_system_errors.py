"""Each reason of the operating system has a sentence of its own, with the path and what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from bus.capture.growing_file import GrowingFile
from bus.capture.whole_file import replacing
from bus.errors import UserError
from bus.system_errors import cannot_make, cannot_read, cannot_use, cannot_write, reason

NAMED = (
    "ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP",
    "EIO", "EMFILE", "EBUSY",
)  # fmt: skip


def error_of(name: str) -> OSError:
    number = getattr(errno, name)
    return OSError(number, os.strerror(number), "/srv/x")


def test_no_two_reasons_share_a_sentence_and_each_says_what_to_do() -> None:
    said = [str(cannot_write(Path("/srv/x"), error_of(name))) for name in NAMED]
    assert len(set(said)) == len(NAMED)
    for line in said:
        assert line.startswith("/srv/x: cannot be written: ")
        assert line.endswith(")")
        assert "Errno" not in line


def test_what_was_tried_is_said() -> None:
    full = error_of("ENOSPC")
    assert str(cannot_write("a", full)).startswith("a: cannot be written: the disk is full")
    assert str(cannot_read("a", full)).startswith("a: cannot be read: the disk is full")
    assert str(cannot_make("a", full)).startswith("a: cannot be made: the disk is full")
    assert str(cannot_use(full)).startswith("/srv/x: the disk is full")


def test_a_reason_that_nobody_foresaw_is_told_in_the_systems_words() -> None:
    assert reason(OSError(errno.EXDEV, "Invalid cross-device link")) == "invalid cross-device link"
    assert reason(OSError("it cannot be read on")) == "it cannot be read on"


def test_a_librarys_words_around_the_systems_are_left_out() -> None:
    said = 'IO Error: {"exception_message":"Could not write file \\"x\\": No space left on device","errno":"28"}'
    assert reason(RuntimeError(said)) == "the disk is full"


def test_a_full_database_is_a_full_disk() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count = 2")
    database.execute("CREATE TABLE one (x)")
    with pytest.raises(sqlite3.OperationalError) as full:
        database.execute("CREATE TABLE more (x)")
    assert reason(full.value) == "the disk is full"
    database.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_as_that_wherever_a_file_is_written() -> None:
    with pytest.raises(UserError, match="/dev/full: cannot be written: the disk is full"):
        with replacing(Path("/dev/full")) as file:
            file.write(b"x" * 100_000)
    growing = GrowingFile(Path("/dev/full"))
    growing.add(b"x" * 100_000)
    growing.close()
    assert growing.problem.startswith("/dev/full: cannot be written: the disk is full")


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    for path, says in (
        (tmp_path / "no" / "x", "there is no such file or folder"),
        (tmp_path / "file" / "x", "a part of its path is a file"),
        (tmp_path, "this is a folder"),
        (tmp_path / ("x" * 400), "its name is longer"),
        (tmp_path / "one", "lead in a circle"),
    ):
        with pytest.raises(UserError, match=says) as said, replacing(path) as file:
            file.write(b"x")
        assert str(path) in str(said.value)
