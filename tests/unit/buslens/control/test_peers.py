"""Who is at the other end; and a descriptor that the program has closed is not taken for ours."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from buslens.control.peers import OwnSocket, peer, tells_peers


@pytest.mark.skipif(not tells_peers(), reason="this system does not say")
def test_the_other_end_is_known() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert peer(here) == (os.getpid(), os.getuid())


def test_a_number_that_belongs_to_a_file_of_the_program_is_left_alone(tmp_path: Path) -> None:
    here, there = socket.socketpair()
    with there:
        own = OwnSocket(here)
        assert own.is_there
        os.close(own.fileno)
        file = os.open(tmp_path / "theirs", os.O_CREAT | os.O_RDWR)
        os.dup2(file, own.fileno)
        assert not own.is_there
        own.close()
        own.close()
        os.write(own.fileno, b"still open")
        os.close(own.fileno)
        if file != own.fileno:
            os.close(file)


def test_a_descriptor_that_is_closed_is_not_there() -> None:
    here, there = socket.socketpair()
    with there:
        own = OwnSocket(here)
        own.close()
        assert not own.is_there
