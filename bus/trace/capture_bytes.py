"""The bytes of a capture as they came, for saving it and for payloads that are read only when somebody looks.

A live capture lies in memory while it is small and in a temporary file beyond; an opened one stays where it is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bus.system_errors import reason

IN_MEMORY = 32 * 1024 * 1024
LEFT_FREE = 1024 * 1024 * 1024
"""Bytes of the disk that a live capture leaves to others."""

LOOK_EVERY = 64 * 1024 * 1024
"""Bytes after which it looks again how full the disk is."""

_PIECE = 1024 * 1024
_MOST_GB = 1e6


class CaptureBytes:
    """Bytes by position. Reading and appending may happen on different threads: an export reads while records come."""

    def __init__(
        self, file: IO[bytes] | None = None, path: Path | None = None, *, look_every: int = LOOK_EVERY
    ) -> None:
        """look_every: bytes between two looks at how much room the disk has."""
        self.path = path
        """The file that was opened; None of a live capture."""

        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY) if file is None else file
        # A trace that nobody looks at any more gives its file back, closed or not.
        self._finish = weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._length = 0
        self._given_up = False
        self._look_every = look_every
        self._looks_at = look_every
        self.most = 0
        """Bytes of a live capture that are kept at most; 0: as many as the disk has room for."""

        self.problem = ""
        """One sentence: why nothing more is kept, such as a full disk; empty while all is well."""

    @classmethod
    def of_file(cls, path: Path) -> CaptureBytes:
        """The bytes of an opened capture: read from its file, which may grow, but must not change."""
        return cls(path.open("rb"), path.absolute())

    def size(self) -> int:
        """How many bytes there are now. Raises OSError."""
        with self._lock:
            return self._file.seek(0, 2)

    def keep_at_most(self, gigabytes: float) -> None:
        """Limit the bytes of a live capture, in gigabytes.

        0, or more than any disk has: as much as there is room for.
        """
        self.most = int(gigabytes * 1e9) if 0 < gigabytes < _MOST_GB else 0

    def to_disk(self) -> None:
        """A live capture gives its memory back, and lies in a file that nobody else sees; on a full disk it stays."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if isinstance(self._file, tempfile.SpooledTemporaryFile) and not self._file.closed:
                self._file.rollover()

    def is_at(self, path: Path) -> bool:
        """Whether the file that was opened is the one that lies there now. Raises OSError."""
        with self._lock:
            opened = os.fstat(self._file.fileno())
        return os.path.samestat(path.stat(), opened)

    def give_up(self) -> None:
        """Something else lies in the file now: nothing of it is read any more, rather than what it does not mean."""
        self._given_up = True

    def append(self, data: bytes | memoryview) -> None:
        """Keep these bytes behind those of before; once the disk is full nothing more is kept (`problem`)."""
        if self.problem:
            return
        with self._lock:
            try:
                if self.most and self._length + len(data) > self.most:
                    raise OSError(f"it has reached {_gigabytes(self.most)}, the most that the settings give it")
                if self._length >= self._looks_at:
                    self._looks_at = self._length + self._look_every
                    if shutil.disk_usage(tempfile.gettempdir()).free < LEFT_FREE:
                        raise OSError(f"the disk of {tempfile.gettempdir()} is nearly full")
                self._file.seek(self._length)
                self._file.write(data)
            except (OSError, ValueError, MemoryError) as error:
                self.problem = (
                    f"From here on this capture is seen but not saved, and without payloads: {reason(error)}. "
                    f"The first {_gigabytes(self._length)} are kept."
                )
                return
            self._length += len(data)

    @property
    def kept(self) -> int | None:
        """How many bytes of a live capture there are, where not all of them are kept; None: all."""
        return self._length if self.problem else None

    def read(self, start: int, length: int) -> bytes:
        """These bytes; fewer where there are no more."""
        if self._given_up:
            return b""
        with self._lock:
            try:
                self._file.seek(start)
                return self._file.read(length)
            except (OSError, ValueError):
                return b""

    def read_into(self, room: memoryview, start: int) -> int:
        """Fill the room with what lies from `start` on; how many bytes that were. Raises OSError."""
        with self._lock:
            if self._file.closed:
                return 0
            self._file.seek(start)
            return int(self._file.readinto(room))  # type: ignore[attr-defined]

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """All bytes from `start` to `end`, some at a time."""
        while start < end:
            piece = self.read(start, min(_PIECE, end - start))
            if not piece:
                return
            yield piece
            start += len(piece)

    def close(self) -> None:
        """Close the file, and delete it where it is a temporary one."""
        with self._lock:
            self._finish()


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
