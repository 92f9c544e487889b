"""Capture files: opened whole or as far as they are whole, written so that no half file is left behind."""

from __future__ import annotations

from pathlib import Path

from bus.errors import Place, UserError
from bus.trace.loading import Loading
from bus.trace.trace import Progress, Trace
from bus.trace.whole_file import replacing

SUFFIX = ".buslens"


def load(path: Path, progress: Progress | None = None) -> Trace:
    """Read a capture file. Raises UserError where it is none; damage further on is said in `trace.damage`."""
    loading = Loading(path)
    while loading.step(0.0):
        if progress is not None:
            progress(loading.share)
    return loading.trace


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
