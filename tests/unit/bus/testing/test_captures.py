"""Captures of failed tests have names that say which test, are bounded, and nobody commits them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.testing.captures import FailedCaptures


def test_a_test_has_the_same_file_in_each_run_and_no_other_test_has_it(tmp_path: Path) -> None:
    captures = FailedCaptures(tmp_path / "a" / "b")
    path = captures.path("tests/test_shop.py::test_pays[5 €]")
    assert path == captures.path("tests/test_shop.py::test_pays[5 €]")
    assert path.parent == tmp_path / "a" / "b"
    assert path.name.startswith("tests_test_shop.py_test_pays_5-") or "test_pays" in path.name
    assert path != captures.path("tests/test_shop.py::test_pays[5 $]")
    assert (path.parent / ".gitignore").read_text().endswith("*\n")


@pytest.mark.parametrize("test", ["", "../../etc/passwd", "x" * 5000, "a/b::c\n\0d", "::::"])
def test_whatever_a_test_is_called_its_file_lies_in_the_folder(tmp_path: Path, test: str) -> None:
    path = FailedCaptures(tmp_path).path(test)
    path.write_bytes(b"x")
    assert path.parent == tmp_path
    assert path.resolve().parent == tmp_path.resolve()


def test_the_oldest_go_where_there_are_too_many_and_nothing_else(tmp_path: Path) -> None:
    captures = FailedCaptures(tmp_path, most_files=3)
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    paths = [captures.path(f"test_{number}") for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(b"x")
        os.utime(path, ns=(number, number))
    assert captures.make_room() == 3
    assert [path.exists() for path in paths] == [False] * 3 + [True] * 3
    assert other.exists()


def test_the_oldest_go_where_they_are_too_large_but_never_the_newest(tmp_path: Path) -> None:
    captures = FailedCaptures(tmp_path, most_bytes=10)
    for number in range(3):
        path = captures.path(f"test_{number}")
        path.write_bytes(b"x" * 20)
        os.utime(path, ns=(number, number))
    captures.make_room()
    assert [each.name for each in tmp_path.glob("*.buslens")] == [path.name]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        FailedCaptures(tmp_path / "file" / "captures").path("test")
