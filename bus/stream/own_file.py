"""Files of a stream, opened without trust: of this user, no links, read and never mapped, because who shortens a mapped
file kills whoever looks at it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bus.capture.file_lock import lock
from bus.errors import Place, UserError
from bus.system_errors import cannot_read

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


class OwnFile:
    """One file, read at places that the reader chooses. Nobody has to close it: it does so when it is forgotten."""

    _descriptor = -1

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where there is none, UserError where it is not to be trusted or read."""
        self.path = path
        try:
            self._descriptor = os.open(path, _FLAGS)
        except FileNotFoundError:
            raise
        except OSError as error:
            if path.is_symlink():
                raise UserError("this is a link, where a stream has files", at=Place(str(path))) from None
            raise cannot_read(path, error) from None
        found = os.fstat(self._descriptor)
        problem = ""
        if not stat.S_ISREG(found.st_mode):
            problem = "this is not a file, where a stream has files"
        elif found.st_uid != os.geteuid():
            problem = "this belongs to another user: a stream is read by whoever runs its program"
        if problem:
            self.close()
            raise UserError(problem, at=Place(str(path)))

    def size(self) -> int:
        """Bytes that it has now."""
        return os.fstat(self._descriptor).st_size

    def read(self, at: int, count: int) -> bytes:
        """So many bytes from there on, fewer where it ends."""
        parts: list[bytes] = []
        while count > 0 and (part := os.pread(self._descriptor, count, at)):
            parts.append(part)
            at, count = at + len(part), count - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def is_there(self) -> bool:
        """Whether its name is still the name of this file."""
        try:
            return os.path.samestat(os.stat(self.path, follow_symlinks=False), os.fstat(self._descriptor))
        except OSError:
            return False

    def lock(self) -> bool:
        """Whether nobody had locked it, and this one has now. Raises OSError where there are no locks."""
        return lock(self._descriptor)

    def close(self) -> None:
        """Safe to call twice."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()
