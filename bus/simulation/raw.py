"""The bytes of a run's capture, kept beside its Trace so that they can be saved: in a temporary file, not in memory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bus.errors import Place, UserError
from buslens import wire


class RawCapture:
    """Grows as records come."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="buslens-")
        self._preamble: list[bytes] = []
        """Header and names: what later records need to be read."""

        self._has_header = False

    def add(self, data: bytes) -> None:
        """Whole frames, the first ones behind the header. Raises UserError where there is no room for them."""
        self._note_preamble(data)
        self._write(data)

    def forget(self) -> bytes:
        """Drop all records but what the coming ones need; these bytes begin the new capture."""
        begin = b"".join(self._preamble)
        self._file.seek(0)
        self._file.truncate()
        self._write(begin)
        return begin

    def save(self, path: Path) -> None:
        """Write the capture to a file. Raises UserError."""
        try:
            self._file.flush()
            self._file.seek(0)
            partly = path.with_name(f".{path.name}.partly")
            with partly.open("wb") as file:
                shutil.copyfileobj(self._file, file, 1024 * 1024)
            partly.replace(path)
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror or error}", at=Place(str(path))) from None
        finally:
            self._file.seek(0, 2)

    def close(self) -> None:
        """Forget everything."""
        self._file.close()

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserError(f"the capture cannot be kept in {tempfile.gettempdir()}: {reason}") from None

    def _note_preamble(self, data: bytes) -> None:
        start = 0
        if not self._has_header:
            found = wire.unpack_header(data)
            if found is None:
                return
            start, self._has_header = found[1], True
            self._preamble.append(data[:start])
        for kind, body, _ in wire.frames(data, start):
            if kind == wire.NAMES:
                self._preamble.append(wire.pack_frame(kind, bytes(body)))
