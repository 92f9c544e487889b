"""Ports for servers that cannot choose one themselves; no two test sessions on this machine get the same.

A port is ours while its file in the temporary folder is locked: until this process ends, however it does.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path

PORTS = range(21_000, 22_700, 11)
"""Also ten thousand further, where RabbitMQ's Erlang listens, below the ports that the kernel gives away by itself."""


def free_port(*beside: int, among: Sequence[int] = PORTS) -> int:
    """A port that nobody has or listens on, nor on those so far behind it."""
    for port in among:
        if _take([port + step for step in (0, *beside)]):
            return port
    raise AssertionError("every port is taken")


def _take(ports: list[int]) -> bool:
    locks = [_locked(port) for port in ports]
    if all(lock is not None for lock in locks) and all(_is_free(port) for port in ports):
        return True  # the locks are never closed: they end with the process
    for lock in locks:
        if lock is not None:
            os.close(lock)
    return False


def _locked(port: int) -> int | None:
    """Not inherited: a broker that outlives us keeps its port by listening."""
    folder = Path(tempfile.gettempdir()) / f"buslens-test-ports.{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
