"""Readers of a stream know how far the others are; one that is gone, or is none, holds nothing up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.stream import readers
from bus.stream.readers import ReaderPlace, StreamReaders

ROOT = Path(__file__).resolve().parents[4]
READING = """
import sys
from pathlib import Path
from bus.stream.readers import ReaderPlace, StreamReaders
reader = StreamReaders(Path(sys.argv[1]))
reader.reached(ReaderPlace(7, 9))
print("here", flush=True)
sys.stdin.read()
"""


def test_alone_nobody_else_reads(tmp_path: Path) -> None:
    one = StreamReaders(tmp_path)
    assert one.is_known
    assert one.others() is None
    one.close()
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_the_slowest_of_the_others_counts_and_one_that_has_just_come_is_at_the_beginning(tmp_path: Path) -> None:
    one, two, three = (StreamReaders(tmp_path) for _ in range(3))
    two.reached(ReaderPlace(5, 20))
    three.reached(ReaderPlace(8, 12))
    assert one.others() == ReaderPlace(5, 12)
    four = StreamReaders(tmp_path)
    assert one.others() == ReaderPlace(0, 0)
    four.close()
    three.close()
    assert one.others() == ReaderPlace(5, 20)


def test_a_reader_that_was_killed_holds_nothing_up_and_its_file_goes(tmp_path: Path) -> None:
    one = StreamReaders(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", READING, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"here\n"
        assert one.others() == ReaderPlace(7, 9)
        other.kill()
    assert one.others() is None
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("garbled", [b"", b"x", bytes(20), b"\xff" * 20, b"\xff" * 99])
def test_one_that_lives_and_says_nothing_that_can_be_read_is_at_the_beginning(tmp_path: Path, garbled: bytes) -> None:
    one, two = StreamReaders(tmp_path), StreamReaders(tmp_path)
    two.reached(ReaderPlace(5, 5))
    (path,) = (each for each in tmp_path.iterdir() if each != one._path)
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(garbled)
    assert one.others() == ReaderPlace(0, 0)


def test_what_is_no_file_of_ours_is_no_reader_and_stays(tmp_path: Path) -> None:
    one = StreamReaders(tmp_path)
    (tmp_path / "elsewhere").write_bytes(b"keep")
    (tmp_path / "reader.link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "reader.folder").mkdir()
    os.mkfifo(tmp_path / "reader.pipe")
    assert one.others() is None
    assert (tmp_path / "elsewhere").read_bytes() == b"keep"


def test_where_a_file_cannot_be_locked_the_reader_is_unknown_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_file: int) -> bool:
        raise OSError("no locks here")

    monkeypatch.setattr(readers, "lock", none)
    one = StreamReaders(tmp_path)
    one.reached(ReaderPlace(1, 1))
    assert not one.is_known
    assert list(tmp_path.iterdir()) == []
    assert not StreamReaders(tmp_path / "nowhere").is_known
