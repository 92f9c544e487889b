"""The first page of a stream: whose it is, and how that process is."""

from __future__ import annotations

import os
import socket
import zlib
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bus.capture.writer import is_alive
from bus.errors import Place, UserError
from bus.stream.own_file import OwnFile
from buslens.stream import layout
from buslens.stream.recorder import start_ticks
from buslens.wire import Header, WireError, header_from


class StreamState(Enum):
    """How the process is that writes a stream."""

    LIVES = "lives"
    ENDED = "ended"
    """It came to its end in order."""

    DIED = "died"
    """It was killed, or crashed. Its stream has everything until then."""

    UNKNOWN = "unknown"
    """It runs or ran where we cannot see it: on another machine, or in a container."""


class StreamHead:
    """The first page of one stream."""

    def __init__(self, folder: Path) -> None:
        """Raises UserError where this is no stream that we can read."""
        path = folder / layout.HEAD
        try:
            self._file = OwnFile(path)
        except FileNotFoundError:
            raise UserError("this is not the folder of a stream: it has no `head`", at=Place(str(folder))) from None
        try:
            self.header = _header(self._file.read(0, layout.PAGE))
        except WireError as error:
            self._file.close()
            raise UserError(str(error), at=Place(str(path))) from None

    @property
    def is_there(self) -> bool:
        """Whether the file is still the one that was opened."""
        return self._file.is_there()

    def dropped(self) -> npt.NDArray[np.uint64]:
        """Facts that found no room, by their kind: of kind 0 payloads and errors alone."""
        data = self._file.read(layout.DROPPED, 8 * layout.KINDS)
        return np.frombuffer(data.ljust(8 * layout.KINDS, b"\0"), "<u8")

    def state(self) -> StreamState:
        """How the process is, now."""
        if self._lives():
            return StreamState.LIVES
        if self._number(layout.CLOSED):
            return StreamState.ENDED
        return StreamState.DIED if self.header.host == socket.gethostname() else StreamState.UNKNOWN

    def close(self) -> None:
        """Safe to call twice."""
        self._file.close()

    def _lives(self) -> bool:
        """Whether it is a process of this machine that is there, and not another one that has its number now."""
        ticks = self.header.extra.get("start_ticks")
        if self.header.pid == os.getpid() and self.header.host == socket.gethostname():
            return bool(ticks == start_ticks()) and not self._number(layout.CLOSED)
        return is_alive(self.header) and ticks in (start_ticks(self.header.pid), 0)

    def _number(self, at: int) -> int:
        data = self._file.read(at, layout.NUMBER.size)
        return int(layout.NUMBER.unpack(data)[0]) if len(data) == layout.NUMBER.size else 0


def _header(page: bytes) -> Header:
    if page[: len(layout.MAGIC)] != layout.MAGIC or len(page) < layout.PAGE:
        raise WireError("this is not the first page of a Buslens stream")
    _, version, slot, length, checksum = layout.PRELUDE.unpack_from(page)
    if version != layout.VERSION or slot != layout.SLOT:
        raise WireError(f"stream format version {version}; this Buslens reads version {layout.VERSION}")
    body = page[layout.PRELUDE.size : layout.PRELUDE.size + length]
    if length > layout.STATE - layout.PRELUDE.size or zlib.crc32(body) != checksum:
        raise WireError("the first page of this stream is damaged")
    return header_from(body)
