"""Payloads, errors and notes on their way into a capture of a part: only those that are mentioned there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.blob_frames import contents
from bus.trace.blobs import Blobs
from bus.trace.capture_bytes import CaptureBytes
from buslens import wire

Array = npt.NDArray[Any]

_FRAME = 4 * 1024 * 1024


class BlobParts:
    """BLOBS frames in the order of their ids: bodies at hand, or places where they lie."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._bodies: list[memoryview | tuple[CaptureBytes, int, int]] = []

    def add(self, body: memoryview) -> None:
        """One frame. Frames whose ids do not ascend are of no capture that we read."""
        self._add(body, body)

    def add_lying(self, body: memoryview, raw: CaptureBytes, start: int) -> None:
        """One frame that is read again when it is needed: all of a capture's have no room in memory."""
        self._add(body, (raw, start, len(body)))

    @classmethod
    def of_entries(cls, entries: Iterable[bytes], then: BlobParts) -> BlobParts:
        """Single entries, ascending, and behind them the frames of `then`."""
        parts = cls()
        for entry in entries:
            parts.add(memoryview(entry))
        parts._firsts += then._firsts
        parts._bodies += then._bodies
        return parts

    def first(self) -> int:
        """The lowest id, 0 where there is none."""
        return self._firsts[0] if self._firsts else 0

    def frames(self, wanted: Array) -> Iterator[bytes]:
        """Frames with these blobs, as far as they are here. wanted: ascending."""
        parts: list[bytes] = []
        size = 0
        # Each wanted blob lies in the frame that begins with it or with the next lower id.
        edges = np.searchsorted(wanted, np.array([*self._firsts, 1 << 63], np.uint64))
        for number, body in enumerate(self._bodies):
            ids = wanted[edges[number] : edges[number + 1]]
            if not len(ids):
                continue
            for part in _picked(_bytes(body), ids):
                parts.append(part)
                size += len(part)
            if size >= _FRAME:
                yield wire.pack_frame(wire.BLOBS, b"".join(parts))
                parts, size = [], 0
        if parts:
            yield wire.pack_frame(wire.BLOBS, b"".join(parts))

    def _add(self, body: memoryview, kept: memoryview | tuple[CaptureBytes, int, int]) -> None:
        if len(body) < wire.BLOB_ENTRY.size:
            return
        first = wire.BLOB_ENTRY.unpack_from(body)[0]
        if not self._firsts or first > self._firsts[-1]:
            self._firsts.append(first)
            self._bodies.append(kept)


def found_entries(blobs: Blobs, idents: Sequence[int]) -> Iterator[bytes]:
    """The entries of these blobs, as far as the capture holds them."""
    for ident in idents:
        found = blobs.find(ident)
        if found is not None:
            kind, body, cut = found
            yield wire.pack_blob(ident, kind, body, cut)


def _bytes(body: memoryview | tuple[CaptureBytes, int, int]) -> bytes:
    if isinstance(body, tuple):
        raw, start, length = body
        return raw.read(start, length)
    return bytes(body)


def _picked(body: bytes, wanted: Array) -> Iterator[bytes]:
    """The entries of these ids; all of them as they are, which is what most frames come to."""
    frame = contents(body)
    if len(wanted) >= len(frame.ids) and np.isin(frame.ids, wanted).all():
        yield body
        return
    chosen = set(wanted.tolist())
    ends = [*frame.heads[1:], len(body)]
    for ident, head, end in zip(frame.ids, frame.heads, ends, strict=True):
        if ident in chosen:
            length = wire.BLOB_ENTRY.unpack_from(body, head)[4]
            yield body[head : min(end, head + wire.BLOB_ENTRY.size + length)]
