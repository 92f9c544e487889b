"""Where the socket of a process lies: as `control` in the folder of its stream, for this user alone.

A path of a socket may have some hundred bytes (107 on Linux). A longer one goes over an opened folder, where the system
has names for those.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import Iterator

SOCKET = "control"
MOST_BYTES = 103
"""Of a path, which is what macOS allows."""

_OPENED = "/proc/self/fd"


def socket_of(stream: "str | os.PathLike[str]") -> str:
    """The path of the socket of the process that writes this stream."""
    return os.path.join(os.fspath(stream), SOCKET)


def is_socket(path: str) -> bool:
    """Whether a socket of this user lies there."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


def accepts(stream: "str | os.PathLike[str]", is_alive: bool) -> bool:
    """Whether the process that writes this stream takes commands. The socket of one that has ended is removed."""
    path = socket_of(stream)
    if not stream or not is_socket(path):
        return False
    if not is_alive:
        remove(path)
    return is_alive


def remove(path: str) -> None:
    """Remove a socket that nobody listens at any more; nothing else is removed."""
    if is_socket(path):
        try:
            os.unlink(path)
        except OSError:
            pass


@contextmanager
def short(path: str) -> "Iterator[str]":
    """A path to the same place that is short enough. Raises OSError, with a sentence, where there is none."""
    if len(os.fsencode(path)) <= MOST_BYTES:
        yield path
        return
    if not os.path.isdir(_OPENED):
        raise OSError(f"the path of its socket is too long for this system: {path}")
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield f"{_OPENED}/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)
