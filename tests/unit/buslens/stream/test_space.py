"""A stream takes what its settings and the disk allow, and never has a hole that a store could fall into."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buslens.stream.space import Chunks, StreamLimits, StreamSpace

SMALL = StreamLimits(first=4096, largest=16_384, total=32_768, left_on_disk=0)


def test_chunks_double_up_to_a_bound_and_their_bytes_are_allocated(tmp_path: Path) -> None:
    chunks = Chunks(StreamSpace(str(tmp_path), SMALL), "facts")
    assert [len(chunks.open()) for _ in range(3)] == [4096, 8192, 16_384]
    for path in tmp_path.iterdir():
        assert path.stat().st_blocks * 512 >= path.stat().st_size
        assert path.stat().st_mode & 0o777 == 0o600


def test_what_no_reader_removes_is_bounded_and_what_it_removes_is_free_again(tmp_path: Path) -> None:
    chunks = Chunks(StreamSpace(str(tmp_path), SMALL), "facts")
    for _ in range(3):
        chunks.open()
    with pytest.raises(OSError, match="no reader"):
        chunks.open()
    (tmp_path / "facts.000003").unlink()
    assert len(chunks.open()) == 16_384
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.000001", "facts.000002", "facts.000004"]


def test_a_chunk_is_as_long_as_what_must_go_into_it(tmp_path: Path) -> None:
    assert len(Chunks(StreamSpace(str(tmp_path), SMALL), "bytes").open(10_000)) == 10_000


def test_where_the_disk_is_nearly_full_nothing_is_taken_and_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = StreamSpace(str(tmp_path), StreamLimits(first=4096))
    full = os.statvfs_result((4096, 4096, 1000, 10, 10, 10, 10, 10, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    with pytest.raises(OSError, match="space"):
        Chunks(space, "facts").open()
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_allocated_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(OSError, match="space"):
        Chunks(StreamSpace(str(tmp_path), SMALL), "facts").open()
    assert not list(tmp_path.iterdir())


def test_where_a_system_cannot_allocate_zeros_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fallocate")
    assert bytes(Chunks(StreamSpace(str(tmp_path), SMALL), "facts").open()) == bytes(4096)
