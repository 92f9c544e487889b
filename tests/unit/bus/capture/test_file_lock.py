"""A lock is held by one opened file at a time, and goes when that is closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.capture import file_lock


def test_a_lock_goes_with_the_file_that_holds_it(tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "one", os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert file_lock.lock(first)
    assert not file_lock.lock(second)
    os.close(first)
    assert file_lock.lock(second)
    os.close(second)


def test_a_file_is_written_while_somebody_holds_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "x.buslens"
    assert not file_lock.is_written(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    assert not file_lock.is_written(path)
    assert file_lock.lock(descriptor)
    assert file_lock.is_written(path)
    os.close(descriptor)
    assert not file_lock.is_written(path)


def test_where_there_are_no_locks_that_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_lock, "fcntl", None)
    with pytest.raises(OSError, match="no such locks"):
        file_lock.lock(0)
