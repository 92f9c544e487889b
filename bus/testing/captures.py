"""Where the captures of failed tests lie: one file for each test, few enough, and small enough in all."""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path

from bus.system_errors import cannot_make

MOST_FILES = 100
MOST_BYTES = 512 * 1024 * 1024
LONGEST = 100
"""Letters of a test's name in the name of its file."""

_NAME = re.compile(r".*-[0-9a-f]{8}\.buslens")
_IGNORE = "# Written by pytest --buslens.\n*\n"


class FailedCaptures:
    """The folder of these files. Removes nothing but files whose name it could have given."""

    def __init__(self, folder: Path, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self._most_files = most_files
        self._most_bytes = most_bytes

    def path(self, test: str) -> Path:
        """Where the capture of this test goes, the same in each run; the folder is there then. Raises UserError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore = self.folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text(_IGNORE, encoding="utf-8")
        except OSError as error:
            raise cannot_make(self.folder, error) from None
        words = re.sub(r"[^\w.-]+", "_", test.encode("ascii", "replace").decode())[-LONGEST:].strip("_.-")
        digits = hashlib.sha256(test.encode("utf-8", "replace")).hexdigest()[:8]
        return self.folder / f"{words or 'test'}-{digits}.buslens"

    def make_room(self) -> int:
        """Remove the oldest while there are too many, but never the newest; how many went."""
        aged = []
        with contextlib.suppress(OSError):
            for each in self.folder.iterdir():
                with contextlib.suppress(OSError):
                    if _NAME.fullmatch(each.name):
                        found = each.stat()
                        aged.append((found.st_mtime_ns, each.name, found.st_size))
        aged.sort(reverse=True)
        total = gone = 0
        for number, (_, name, size) in enumerate(aged):
            total += size
            if number and (number >= self._most_files or total > self._most_bytes):
                with contextlib.suppress(OSError):
                    (self.folder / name).unlink()
                    gone += 1
        return gone
