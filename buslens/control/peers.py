"""Who is at the other end of a socket, and whether a file descriptor is still the one that we have opened.

`_socket` is what the module `socket` is made of: a program, or a test of it, may have put something else into that one.
"""

from __future__ import annotations

import _socket
import os
import struct
from typing import Any, Optional, Tuple

_CREDENTIALS = struct.Struct("3i")
"""Process, user and group, as Linux tells them."""

_OPTION: Optional[int] = getattr(_socket, "SO_PEERCRED", None)
_NO_SIGNAL: int = getattr(_socket, "MSG_NOSIGNAL", 0)
"""A program may have put SIGPIPE back, which would end it where nobody reads."""


def tells_peers() -> bool:
    """Whether this system says who is at the other end."""
    return _OPTION is not None


def peer(socket: Any) -> "Optional[Tuple[int, int]]":
    """Process and user at the other end; None where this system does not say, and the modes of the files must do."""
    if _OPTION is None:
        return None
    process, user, _ = _CREDENTIALS.unpack(socket.getsockopt(_socket.SOL_SOCKET, _OPTION, _CREDENTIALS.size))
    return process, user


class OwnSocket:
    """A socket whose descriptor a program may close behind our back (a daemon closes all that it does not know).

    The number may belong to a file of the program's then, which is neither read nor closed.
    """

    def __init__(self, socket: Any) -> None:
        socket.setblocking(False)
        self.socket = socket
        self.fileno: int = socket.fileno()
        self._identity = _identity(self.fileno)

    @property
    def is_there(self) -> bool:
        """Whether the descriptor is still this socket's."""
        try:
            return _identity(self.fileno) == self._identity
        except OSError:
            return False

    def send(self, data: "bytes | bytearray") -> int:
        """How many bytes of these are taken now. Raises OSError."""
        return self.socket.send(data, _NO_SIGNAL)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close it, where it is still ours. Safe to call twice."""
        if self.socket.fileno() < 0:
            return
        if self.is_there:
            self.socket.close()
        else:
            self.socket.detach()


def unix_socket(descriptor: "Optional[int]" = None) -> Any:
    """A socket of this kind: a new one, or one that exists."""
    return _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, descriptor)


def _identity(descriptor: int) -> "Tuple[int, int]":
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino
