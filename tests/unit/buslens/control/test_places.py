"""Where the socket lies: found where a process listens, removed where it has ended, and never anything else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from buslens.control.places import MOST_BYTES, accepts, is_socket, remove, short, socket_of


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    made = socket.socket(socket.AF_UNIX)
    with short(socket_of(tmp_path)) as path:
        made.bind(path)
    yield made
    made.close()


def test_the_socket_of_a_process_that_lives_is_found_and_that_of_a_dead_one_removed(
    tmp_path: Path, listening: socket.socket
) -> None:
    assert accepts(tmp_path, is_alive=True)
    assert not accepts(tmp_path, is_alive=False)
    assert not is_socket(socket_of(tmp_path))
    assert not accepts("", is_alive=True)


def test_what_is_no_socket_is_neither_used_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "control").write_text("a file of somebody's")
    assert not accepts(tmp_path, is_alive=True)
    remove(socket_of(tmp_path))
    assert (tmp_path / "control").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system has no names for opened folders")
def test_a_long_path_is_short_over_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with short(socket_of(folder)) as path, socket.socket(socket.AF_UNIX) as made:
        assert len(path) < MOST_BYTES
        made.bind(path)
    assert is_socket(socket_of(folder))
