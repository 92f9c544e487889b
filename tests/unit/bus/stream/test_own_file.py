"""A file is read only where it is one, is ours, and is no link to another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.stream.own_file import OwnFile


def test_it_is_read_where_somebody_asks_and_is_shorter_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    file = OwnFile(tmp_path / "a")
    assert (file.size(), file.read(2, 3), file.read(8, 10), file.read(20, 5)) == (10, b"234", b"89", b"")
    assert file.is_there()
    (tmp_path / "b").write_bytes(b"other")
    os.replace(tmp_path / "b", tmp_path / "a")
    assert not file.is_there()
    file.close()
    file.close()


def test_a_link_a_folder_and_a_pipe_are_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, says in (("link", "link"), ("folder", "not a file"), ("pipe", "not a file")):
        with pytest.raises(UserError, match=says):
            OwnFile(tmp_path / name)


def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"0")
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(UserError, match="another user"):
        OwnFile(tmp_path / "a")


def test_a_file_that_is_not_there_is_the_caller_s_to_judge(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        OwnFile(tmp_path / "a")


def test_one_that_is_forgotten_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "facts"
    path.write_bytes(b"x")
    file = OwnFile(path)
    descriptor = file._descriptor
    assert os.fstat(descriptor).st_size == 1
    del file
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
