"""A file is written whole or not at all, and stays what it was otherwise: a link, with its rights, in its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.capture.whole_file import replacing
from bus.errors import UserError


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def written_by_half(path: Path, error: type[BaseException]) -> None:
    with replacing(path) as file:
        file.write(b"half")
        raise error


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def test_it_takes_the_place_when_the_block_ends(folder: Path) -> None:
    path = folder / "a.txt"
    path.write_text("old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names_in(folder) == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_a_block_that_does_not_end_well_leaves_what_was_there(error: type[BaseException], folder: Path) -> None:
    path = folder / "a.txt"
    path.write_text("old")
    with pytest.raises(error):
        written_by_half(path, error)
    assert path.read_text() == "old"
    assert names_in(folder) == ["a.txt"]


def test_who_may_read_it_stays(folder: Path) -> None:
    path = folder / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    with replacing(path) as file:
        file.write(b"new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(folder: Path) -> None:
    (folder / "real").mkdir()
    link = folder / "link.txt"
    link.symlink_to(folder / "real" / "a.txt")
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert (folder / "real" / "a.txt").read_text() == "new"
    assert names_in(folder / "real") == ["a.txt"]


def test_links_in_a_circle_and_folders_are_refused_in_a_sentence(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    for path, says in ((folder / "a", "a"), (folder, "this is a folder, not a file"), (folder / "no" / "a.txt", "no")):
        with pytest.raises(UserError, match=says), replacing(path):
            pass
    assert names_in(folder) == ["a", "b"]


def test_a_very_long_name_is_no_trouble(folder: Path) -> None:
    path = folder / ("n" * 250)
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_text() == "new"


def test_what_is_no_plain_file_is_written_to_as_it_is(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as file:
        file.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert names_in(folder) == ["pipe"]
