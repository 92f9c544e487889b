"""The folder of the flight recorder stays small, keeps the newest, and touches nothing that is not its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.flight.folder import FlightFolder


def made(folder: FlightFolder, count: int, size: int = 10) -> list[Path]:
    """So many files, each a second younger than the one before."""
    paths = []
    for number in range(count):
        path = folder.next_path()
        path.write_bytes(b"x" * size)
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
        paths.append(path)
    return paths


def test_files_of_one_moment_keep_their_order(tmp_path: Path) -> None:
    folder = FlightFolder(tmp_path, most_files=2, most_bytes=1 << 30)
    made = []
    for _ in range(12):
        path = folder.next_path()
        path.write_bytes(b"x")
        os.utime(path, (1_000_000, 1_000_000))
        folder.make_room()
        made.append(path)
    assert len(set(made)) == 12
    assert folder.files() == made[-2:]


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    folder = FlightFolder(tmp_path / "flight", most_files=3, most_bytes=1 << 30)
    paths = made(folder, 5)
    assert folder.make_room() == 2
    assert folder.files() == paths[2:]


@pytest.mark.parametrize(("most_bytes", "left"), [(1000, 5), (35, 3), (30, 3), (29, 2), (0, 1)])
def test_the_oldest_go_when_all_together_are_too_large_but_never_the_newest(
    most_bytes: int, left: int, tmp_path: Path
) -> None:
    folder = FlightFolder(tmp_path / "flight", most_files=9, most_bytes=most_bytes)
    paths = made(folder, 5)
    assert folder.make_room() == 5 - left
    assert folder.files() == paths[5 - left :]


def test_nothing_but_its_own_files_is_ever_listed_or_removed(tmp_path: Path) -> None:
    folder = FlightFolder(tmp_path, most_files=0, most_bytes=0)
    strangers = ["notes.txt", "flight.buslens", "flight-20261129-0700.buslens", "my-flight-20261129-070000.buslens"]
    for name in strangers:
        (tmp_path / name).write_bytes(b"keep me")
    (tmp_path / "flight-20261129-070001.buslens").mkdir()
    (newest,) = made(folder, 1)
    folder.make_room()
    assert folder.files() == [newest]
    assert all((tmp_path / name).exists() for name in strangers)


def test_a_folder_that_is_not_there_has_no_files_and_is_made_when_one_comes(tmp_path: Path) -> None:
    folder = FlightFolder(tmp_path / "a" / "b", most_files=3, most_bytes=100)
    assert folder.files() == []
    assert folder.make_room() == 0
    assert folder.next_path().parent.is_dir()
