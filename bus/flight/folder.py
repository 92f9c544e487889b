"""Where the flight recorder's files lie: named by time, few enough, and small enough in all."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path

_NAME = re.compile(r"(flight-\d{8}-\d{6})(?:-(\d{1,9}))?\.buslens")


class FlightFolder:
    """The folder of flight recorder files. Removes nothing but files whose name it has given."""

    def __init__(self, path: Path, most_files: int, most_bytes: int) -> None:
        self.path = path
        self._most_files = max(1, most_files)
        self._most_bytes = most_bytes

    def files(self) -> list[Path]:
        """The flight recorder's files, the oldest first."""
        with contextlib.suppress(OSError, ValueError):
            found = [each for each in self.path.iterdir() if _NAME.fullmatch(each.name) and each.is_file()]
            return sorted(found, key=_age)
        return []

    def next_path(self) -> Path:
        """Where the next one goes; the folder is there then. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        stem = time.strftime("flight-%Y%m%d-%H%M%S")
        # Above all numbers of this second, never a free one below: the number says which file is newer.
        number = 1 + max((_number(each) for each in self.files() if each.name.startswith(stem)), default=0)
        return self.path / (f"{stem}.buslens" if number == 1 else f"{stem}-{number}.buslens")

    def make_room(self) -> int:
        """Remove the oldest while there are too many, but never the newest; how many went."""
        files = self.files()
        sizes = [_size(file) for file in files]
        gone = 0
        while len(files) - gone > 1 and (len(files) - gone > self._most_files or sum(sizes[gone:]) > self._most_bytes):
            with contextlib.suppress(OSError):
                files[gone].unlink()
            gone += 1
        return gone


def _age(path: Path) -> tuple[int, str, int]:
    """Two files of one tick of the file system's clock go by their names."""
    try:
        modified_ns = path.stat().st_mtime_ns
    except OSError:
        modified_ns = 0
    found = _NAME.fullmatch(path.name)
    return modified_ns, found[1] if found else "", _number(path)


def _number(path: Path) -> int:
    """Which file of its second it is."""
    found = _NAME.fullmatch(path.name)
    return int(found[2] or 1) if found else 1


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
