"""Who reads a stream, as its readers tell each other without the program: a locked file of each says how far it is.

The lock goes with its process, however that ends; so a reader that is gone holds nothing up.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from bus.capture.file_lock import lock
from bus.errors import UserError
from bus.stream.own_file import OwnFile

READER = "reader."
"""How the names of these files begin."""

_PLACE = struct.Struct("<QQ")
_CHECK = struct.Struct("<I")
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """How far a reader is: it has read the chunks before these two."""

    facts: int
    bytes: int


_AT_THE_BEGINNING = ReaderPlace(0, 0)


class StreamReaders:
    """The readers of one stream, and this one among them."""

    _file = -1

    def __init__(self, folder: Path) -> None:
        """From now on the others leave everything where it is, until `reached`."""
        self._folder = folder
        self._path = folder / f"{READER}{os.getpid()}-{os.urandom(4).hex()}"
        self._file = -1
        self._told = _AT_THE_BEGINNING
        new = folder / f"new.{self._path.name}"
        try:
            self._file = os.open(new, _FLAGS, 0o600)
            lock(self._file)
            os.write(self._file, _packed(self._told))
            os.rename(new, self._path)  # others find it locked and whole
        except OSError:  # the folder cannot be written, or locked in
            self.close()
            with contextlib.suppress(OSError):
                new.unlink()

    @property
    def is_known(self) -> bool:
        """Whether the others know of this reader; without, nothing can be known of them either."""
        return self._file >= 0

    def reached(self, place: ReaderPlace) -> None:
        """Tell the others how far this one is."""
        if place != self._told and self.is_known:
            self._told = place
            with contextlib.suppress(OSError):
                os.pwrite(self._file, _packed(place), 0)

    def others(self) -> ReaderPlace | None:
        """What all others have read; None where there are none. Raises OSError.

        Files of those that are gone are removed. One that lives and does not say how far it is, is at the beginning.
        """
        paths = [path for path in self._folder.glob(f"{READER}*") if path != self._path]
        places = [place for path in paths if (place := _place_of(path)) is not None]
        if not places:
            return None
        return ReaderPlace(min(each.facts for each in places), min(each.bytes for each in places))

    def close(self) -> None:
        """This one reads no more. Safe to call twice."""
        file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(file)

    def __del__(self) -> None:
        """Forgotten without an end: the others find that nobody holds its file any more, and remove it."""
        if self._file >= 0:
            os.close(self._file)


def is_read(folder: Path) -> bool:
    """Whether somebody reads this stream now. Raises OSError."""
    return any(_place_of(path) is not None for path in folder.glob(f"{READER}*"))


def _place_of(path: Path) -> ReaderPlace | None:
    """How far a reader is; None for one that is gone."""
    try:
        file = OwnFile(path)
    except (FileNotFoundError, UserError):  # what is not a file of this user's is no reader
        return None
    try:
        if file.lock():
            path.unlink(missing_ok=True)
            return None
        data = file.read(0, _PLACE.size + _CHECK.size)
    finally:
        file.close()
    place = data[: _PLACE.size]
    is_whole = len(place) == _PLACE.size and data == place + _check(place)
    return ReaderPlace(*_PLACE.unpack(place)) if is_whole else _AT_THE_BEGINNING


def _packed(place: ReaderPlace) -> bytes:
    packed = _PLACE.pack(place.facts, place.bytes)
    return packed + _check(packed)


def _check(packed: bytes) -> bytes:
    return _CHECK.pack(zlib.crc32(packed))
