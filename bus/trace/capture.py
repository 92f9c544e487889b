"""Capture files: opened whole or as far as they are whole, written so that no half file is left behind."""

from __future__ import annotations

import mmap
import stat
from pathlib import Path

from bus.errors import Place, UserError
from bus.trace.raw import Raw
from bus.trace.trace import Progress, Trace
from bus.trace.whole_file import replacing
from buslens.wire import WireError

SUFFIX = ".buslens"


def load(path: Path, progress: Progress | None = None) -> Trace:
    """Read a capture file. Raises UserError where it is none; damage further on is said in `trace.damage`."""
    path = Path(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UserError("this is not a file", at=Place(str(path)))
        trace = Trace(Raw.of_file(path))
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if not size:
                raise UserError("this file is empty", at=Place(str(path)))
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        # Not closed by hand: views of it may live on in a frame that was read last.
        for done in trace.feeding(memoryview(mapped)):
            if progress is not None:
                progress(done / size)
        trace.finish()
    except WireError as error:
        raise UserError(str(error), at=Place(str(path))) from None
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}", at=Place(str(path))) from None
    return trace


def save(trace: Trace, path: Path, progress: Progress | None = None) -> None:
    """Write the capture of a trace, up to its last whole frame. Raises UserError."""
    with replacing(Path(path)) as file:
        done = 0
        for piece in trace.raw.pieces(0, trace.whole):
            file.write(piece)
            done += len(piece)
            if progress is not None:
                progress(done / trace.whole)
        if done < trace.whole:
            why = trace.raw.problem or "the capture that it came from was changed or removed"
            raise UserError(f"not all records can be saved: {why}", at=Place(str(path)))


def write(path: Path, data: bytes) -> None:
    """Write bytes that are a capture already. Raises UserError."""
    with replacing(Path(path)) as file:
        file.write(data)
