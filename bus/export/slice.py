"""A stretch of time out of a capture, as a capture of its own that opens with everything it needs.

It holds exactly the facts of the stretch, and before them what they need: `bus/export/before.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.capture.whole_file import replacing
from bus.errors import UserError
from bus.export.before import facts_before
from bus.export.blob_parts import BlobParts, found_entries
from bus.trace.blobs import Blobs
from bus.trace.facts import FACT_DTYPE
from bus.trace.frame_reader import FrameReader
from bus.trace.names import Names
from bus.trace.notes import Note, pack_notes
from bus.trace.trace import STRETCH, Progress, Trace
from buslens import wire
from buslens.records import Kind, NameKind

Array = npt.NDArray[Any]
Span = tuple[int, int]
"""First and last nanosecond; both belong to it."""

REASON = 1
"""Id of the note that says why the flight recorder wrote a capture."""

_FACTS_A_FRAME = 65_536
_NAMES_A_FRAME = 4_096


@dataclass(frozen=True)
class Slice:
    """The facts, payloads and names of a stretch of time, to be written as a capture of its own."""

    header: wire.Header
    names: Names
    facts: Sequence[Array]
    """What comes before first."""

    blobs: BlobParts
    notes: Sequence[Note] = ()
    processes: bytes = b""
    """The frame that tells which processes it is of."""

    def with_older_blobs(self, blobs: Blobs) -> Slice:
        """Also those that only the trace has, of what began before."""
        first = self.blobs.first()
        wanted = [ident for ident in _ids(self.facts[:1], "blob").tolist() if ident and (ident < first or not first)]
        return replace(self, blobs=BlobParts.of_entries(found_entries(blobs, wanted), then=self.blobs))

    def with_note(self, note: Note) -> Slice:
        """And this note, as the first."""
        others = (replace(each, id=each.id + note.id) for each in self.notes)
        return replace(self, notes=(note, *others))

    def parts(self) -> Iterator[bytes]:
        """The bytes of the capture."""
        yield wire.pack_header(self.header)
        yield self.processes
        yield from self._name_frames()
        yield from self.blobs.frames(_ids(self.facts, "blob"))
        for facts in self.facts:
            for start in range(0, len(facts), _FACTS_A_FRAME):
                yield wire.pack_frame(wire.FACTS, facts[start : start + _FACTS_A_FRAME].tobytes())
        if self.notes:
            yield wire.pack_frame(wire.NOTES, pack_notes(self.notes))

    def _name_frames(self) -> Iterator[bytes]:
        told = [each[np.isin(each["kind"], (Kind.HANDLER_ADDED, Kind.HANDLER_REMOVED))] for each in self.facts]
        used = {*_ids(self.facts, "name").tolist(), *_ids(self.facts, "lane").tolist(), *_ids(told, "parent").tolist()}
        used |= {self.names.bus(ident) for ident in used}
        packed = [_packed(ident, self.names) for ident in sorted(used) if self.names.kind(ident)]
        for start in range(0, len(packed), _NAMES_A_FRAME):
            yield wire.pack_frame(wire.NAMES, b"".join(packed[start : start + _NAMES_A_FRAME]))


def slice_of(trace: Trace, inside: Array, span: Span, blobs: BlobParts, **extra: Any) -> Slice:
    """The facts of a stretch that somebody has found, and what they need of the trace. extra: for the header."""
    header = trace.header
    assert header is not None, "a trace with facts has a header"
    about = {**header.extra, STRETCH: list(span), **extra}
    notes = [note for note in trace.notes.all if note.end_ns >= span[0] and note.time_ns <= span[1]]
    before = facts_before(trace, inside, span[0])
    return Slice(header._replace(extra=about), trace.names, (before, inside), blobs, notes, trace.processes.frame())


def write(trace: Trace, path: Path, span: Span, *, progress: Progress | None = None) -> None:
    """Write what lies in this time, of all the bytes that there are. Raises UserError where that is nothing."""
    if trace.header is None:
        raise UserError("there is no capture yet")
    blobs = BlobParts()
    inside = np.concatenate([np.empty(0, FACT_DTYPE), *_read(trace, span, blobs, progress)])
    if not len(inside):
        raise UserError("nothing happened in this time", hint="choose another stretch")
    save(slice_of(trace, inside, span, blobs), path)


def stretch_of(trace: Trace) -> Span | None:
    """What somebody wanted of another capture when this one was cut out of it; None where it was not."""
    stretch = trace.header.extra.get(STRETCH) if trace.header else None
    if not isinstance(stretch, list) or len(stretch) != 2 or not all(type(each) is int for each in stretch):
        return None
    first, last = trace.span_ns
    start, end = max(stretch[0], first), min(stretch[1], last)
    return (start, end) if start < end else None


def save(part: Slice, path: Path) -> int:
    """Write it whole or not at all; how many bytes it has. Raises UserError."""
    size = 0
    with replacing(Path(path)) as file:
        for piece in part.parts():
            size += file.write(piece)
        size += file.write(wire.END_MARK)
    return size


def within(facts: Array, span: Span) -> Array:
    """The facts of the stretch, both ends included."""
    times = facts["time_ns"]
    return np.asarray(facts[(times >= span[0]) & (times <= span[1])])


def _read(trace: Trace, span: Span, blobs: BlobParts, progress: Progress | None) -> Iterator[Array]:
    for kind, body, start in _frames(trace, progress):
        if kind == wire.BLOBS:
            blobs.add_lying(body, trace.raw, start)
        elif kind == wire.FACTS:
            yield within(np.frombuffer(body, FACT_DTYPE), span)


def _frames(trace: Trace, progress: Progress | None) -> Iterable[tuple[int, memoryview, int]]:
    framing, done = FrameReader(), 0
    for piece in trace.raw.pieces(0, trace.whole):
        yield from framing.feed(piece)
        done += len(piece)
        if progress is not None:
            progress(done / trace.whole)


def _packed(ident: int, names: Names) -> bytes:
    name = names[ident]
    fields: dict[str, Any] = {"text": name.text}
    if name.kind == NameKind.EVENT:
        fields["bus"] = name.bus
    elif name.kind == NameKind.HANDLER:
        fields |= {"file": name.file, "line": name.line, "event": name.event}
    elif name.kind == NameKind.BUS:
        fields |= {"class": name.class_name, "file": name.file, "line": name.line, "made": name.made}
    return wire.pack_name(ident, name.kind, **fields)


def _ids(facts: Sequence[Array], field: str) -> Array:
    return np.unique(np.concatenate([each[field].astype(np.uint64) for each in facts]))
