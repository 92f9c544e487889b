"""Chunks are found by their numbers, also where those in between were removed."""

from __future__ import annotations

from pathlib import Path

from bus.stream.chunk_files import following, numbers


def files(folder: Path, *names: str) -> Path:
    for each in names:
        (folder / each).touch()
    return folder


def test_the_chunks_of_a_stem_are_those_with_its_name_and_a_number(tmp_path: Path) -> None:
    folder = files(tmp_path, "facts.000010", "facts.000002", "bytes.000001", "facts.x", "facts", "head", "facts.²")
    assert numbers(folder, "facts") == [2, 10]
    assert numbers(folder, "names") == []


def test_behind_a_chunk_comes_the_next_one_that_is_there(tmp_path: Path) -> None:
    folder = files(tmp_path, "facts.000002", "facts.000003", "facts.000007")
    assert [following(folder, "facts", number) for number in (1, 2, 3, 6, 7, 99)] == [2, 3, 7, 7, 0, 0]
