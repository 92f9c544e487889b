"""Capture files: opened whole or as far as they are whole, written so that no half file is left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from bus.capture.even_frames import even_frames
from bus.capture.loader import CaptureLoader
from bus.capture.whole_file import replacing
from bus.errors import Place, UserError
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.notes import Notes, pack_notes
from bus.trace.trace import Progress, Trace
from buslens import wire

SUFFIX = ".buslens"


def load(path: Path, progress: Progress | None = None) -> Trace:
    """Read a capture file. Raises UserError where it is none; damage further on is said in `trace.damage`."""
    loading = CaptureLoader(path)
    while loading.step(0.0):
        if progress is not None:
            progress(loading.share)
    return loading.trace


class Savable(Protocol):
    """What a capture file is written from: a trace, or a run whose trace was given up."""

    @property
    def raw(self) -> CaptureBytes: ...
    @property
    def whole(self) -> int: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def notes_at(self) -> Sequence[tuple[int, int]]: ...
    @property
    def ended(self) -> bool: ...


def save(trace: Savable, path: Path, progress: Progress | None = None) -> None:
    """Write the capture of a trace or run, up to its last whole frame, with the notes as they are now.

    Of a live one that became too large it is what was kept: `trace.raw.problem` says so. Raises UserError.
    """
    notes, revision = trace.notes, trace.notes.revision
    whole = trace.whole if trace.raw.kept is None else min(trace.whole, trace.raw.kept)
    with replacing(Path(path)) as file:
        records = _records(trace, whole, Path(path), progress)
        for piece in even_frames(records) if _is_simulated_here(trace.raw) else records:
            file.write(piece)
        if notes.all and whole:
            file.write(wire.pack_frame(wire.NOTES, pack_notes(notes.all)))
        if whole and not trace.ended:
            file.write(wire.END_MARK)
    if trace.raw.path is not None and trace.raw.path.resolve() == Path(path).resolve():
        notes.unsaved = notes.revision != revision


def _records(trace: Savable, whole: int, path: Path, progress: Progress | None) -> Iterator[bytes]:
    """The bytes of a capture up to `whole`, without notes. Raises UserError where some are not there any more."""
    done = at = 0
    for start, end in [*(each for each in trace.notes_at if each[1] <= whole), (whole, whole)]:
        for piece in trace.raw.pieces(at, start):
            yield piece
            done += len(piece)
            if progress is not None:
                progress(done / whole)
        done, at = done + end - start, end
    if done < whole:
        why = trace.raw.problem or "the capture that it came from was changed or removed"
        raise UserError(f"not all records can be saved: {why}", at=Place(str(path)))


def _is_simulated_here(raw: CaptureBytes) -> bool:
    """Whether it is a simulated run of this process, and no file that may hold anything."""
    begun = raw.read(0, wire.PRELUDE.size + wire.MAX_HEADER) if raw.path is None else b""
    found = wire.unpack_header(begun)
    return found is not None and found[0].is_simulated


def write(path: Path, data: bytes) -> None:
    """Write bytes that are a capture already. Raises UserError."""
    with replacing(Path(path)) as file:
        file.write(data)
