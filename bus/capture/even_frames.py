"""Frames that are cut by what is in them, not by when somebody read: the file of a simulated run is always the same.

The records come in the order in which they came. Before each frame of facts stand the names and blobs that it is the
first to need; what nobody needs stands at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct

import numpy as np

from bus.trace.facts import FACT_DTYPE
from bus.trace.frame_reader import FrameReader
from buslens import wire
from buslens.records import Kind

FACTS_A_FRAME = 16_384
MOST_BYTES = 4 * wire.MAX_BLOB
"""Of names or blobs in a frame, but for one entry more; of blobs that one frame of facts needs, but for one fact's."""

_ABOUT_A_NAME = (int(Kind.HANDLER_ADDED), int(Kind.HANDLER_REMOVED))
"""Kinds of facts whose `parent` is a name."""


def even_frames(
    pieces: Iterable[bytes], *, most_facts: int = FACTS_A_FRAME, most_bytes: int = MOST_BYTES
) -> Iterator[bytes]:
    """The same capture in frames of this kind: its header, then each frame, without the mark of its end.

    pieces: of a capture, cut anywhere. most_facts: in one frame. most_bytes: see MOST_BYTES.
    """
    reader, cutter, begun = FrameReader(), _Cutter(most_facts, most_bytes), False
    for piece in pieces:
        for kind, body, _ in reader.feed(piece):
            cutter.take(kind, body)
        if reader.header is not None and not begun:
            begun = True
            yield wire.pack_header(reader.header)
        yield from cutter.full()
    yield from cutter.rest()


class _Cutter:
    """What came and has not been cut."""

    def __init__(self, most_facts: int, most_bytes: int) -> None:
        self._most_facts, self._most_bytes = most_facts, most_bytes
        self._facts = np.empty(0, FACT_DTYPE)
        self._names = _Entries(wire.NAMES, wire.NAME_ENTRY, most_bytes)
        self._blobs = _Entries(wire.BLOBS, wire.BLOB_ENTRY, most_bytes)

    def take(self, kind: int, body: memoryview) -> None:
        """The next frame, as it was."""
        if kind == wire.NAMES:
            self._names.add(body)
        elif kind == wire.BLOBS:
            self._blobs.add(body)
        elif kind == wire.FACTS:
            self._facts = np.concatenate([self._facts, np.frombuffer(body, FACT_DTYPE)])

    def full(self) -> Iterator[bytes]:
        """Frames of facts that no further one has room in, with what they need."""
        while (count := self._fit()) < len(self._facts):
            yield from self._cut(count)

    def rest(self) -> Iterator[bytes]:
        """Nothing more comes."""
        yield from self.full()
        if len(self._facts):
            yield from self._cut(len(self._facts))
        yield from self._names.up_to(None)
        yield from self._blobs.up_to(None)

    def _fit(self) -> int:
        """How many of the facts fit into the next frame, at least one."""
        facts = self._facts[: self._most_facts]
        room = np.searchsorted(self._blobs.bytes_up_to(np.maximum.accumulate(facts["blob"])), self._most_bytes)
        return max(1, int(room)) if len(facts) else 0

    def _cut(self, count: int) -> Iterator[bytes]:
        facts, self._facts = self._facts[:count], self._facts[count:]
        about_names = facts["parent"][np.isin(facts["kind"], _ABOUT_A_NAME)]
        needed = (facts["name"], facts["lane"], about_names)
        yield from self._names.up_to(max(int(ids.max(initial=0)) for ids in needed))
        yield from self._blobs.up_to(int(facts["blob"].max()))
        yield wire.pack_frame(wire.FACTS, facts.tobytes())


class _Entries:
    """Names or blobs that no frame has yet, in ascending order of their ids."""

    def __init__(self, kind: int, entry: Struct, most_bytes: int) -> None:
        """entry: the layout that begins with its id and ends with the length of what follows."""
        self._kind, self._entry, self._most_bytes = kind, entry, most_bytes
        self._packed = bytearray()
        self._ids: list[int] = []
        self._ends: list[int] = []

    def add(self, body: memoryview) -> None:
        at = len(self._packed)
        self._packed += body
        while at < len(self._packed):
            ident, *_, length = self._entry.unpack_from(self._packed, at)
            at += self._entry.size + length
            self._ids.append(ident)
            self._ends.append(at)

    def bytes_up_to(self, ids: np.ndarray) -> np.ndarray:
        """How many bytes the entries up to each of these ids take."""
        ends = np.array([0, *self._ends])
        return ends[np.searchsorted(np.array(self._ids, np.uint64), ids, side="right")]

    def up_to(self, last: int | None) -> Iterator[bytes]:
        """Frames with those up to this id, or with all of them."""
        count = len(self._ids) if last is None else int(np.searchsorted(self._ids, last, side="right"))
        start, ends = 0, self._ends[:count]
        for at, end in enumerate(ends):
            if end - start >= self._most_bytes or at == count - 1:
                yield wire.pack_frame(self._kind, bytes(self._packed[start:end]))
                start = end
        del self._packed[:start], self._ids[:count]
        self._ends = [end - start for end in self._ends[count:]]
