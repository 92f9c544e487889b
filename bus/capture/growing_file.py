"""A capture on disk that grows while its run goes on: whoever is killed leaves all up to its last whole frame."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import IO

from bus.capture.file_lock import lock
from bus.system_errors import cannot_write


class GrowingFile:
    """A file that is made with its first bytes, so that a run that never begins leaves alone what lies there.

    It is locked while it grows, which tells whoever opens it that more comes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.problem = ""
        """Why nothing more is written, as a sentence; empty while all is well."""

    def add(self, data: bytes) -> None:
        """What a run has recorded; it is with the operating system when this returns."""
        if self.problem:
            return
        try:
            if self._file is None:
                self._file = self._path.open("wb")
                with suppress(OSError):  # this file system has no locks: nobody can see that it is written
                    lock(self._file.fileno())
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            self.problem = str(cannot_write(self._path, error))

    def close(self) -> None:
        """Close the file: nothing more comes."""
        if self._file is not None:
            with suppress(OSError):  # what a full disk did not take before, it does not take now
                self._file.close()
