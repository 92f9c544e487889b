"""What slots and payloads of a stream mention: names, what many emits have in common, forms of payloads.

It lies in chunks of its own that nobody removes, so that whoever comes late can read what is there.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from bus.stream.fact_chunks import Damaged
from bus.stream.forms import Forms
from bus.stream.record_chunks import NONE_WANTED, RecordChunks, WholeRecords
from bus.stream.slots import Array
from buslens.records import NameKind
from buslens.stream.layout import FORM, NAME, NAMES, RECORD
from buslens.wire import MAX_NAME, NAME_ENTRY, pack_frame
from buslens.wire import NAMES as NAMES_FRAME

_MOST_OPENINGS = 1 << 22
_NAME_KINDS = frozenset(map(int, NameKind))


class Definitions:
    """Those of one stream, as far as they were read; `frames` are for whoever takes them."""

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError where there are none, UserError where they are not to be trusted."""
        self._chunks = RecordChunks(folder, NAMES)
        self._openings = np.zeros((1024, 4), np.uint32)
        """Event, number of handlers, the first one, and where all of them begin in `handlers`."""

        self.handlers = np.zeros(1024, np.uint32)
        """Of all openings."""

        self._handlers = 0
        self._known_openings = np.zeros(1024, bool)
        self.forms = Forms()
        self._newest = b""
        """The record that was taken last: it is read again where nothing was behind it yet."""

        self.frames: list[bytes] = []
        """Frames of names that were read since somebody took them."""

    def read_on(self) -> None:
        """Read all that is there. Whatever was read of the stream before mentions nothing else. Raises Damaged."""
        while found := self._chunks.read(NONE_WANTED):
            self._take(found)
        # Half a record is none, and nobody mentions it yet.
        if last := self._chunks.read_last():
            with contextlib.suppress(Damaged):
                self._take(last)

    def openings(self, wanted: Array, handlers: Array | None = None) -> Array:
        """The table of openings. Raises Damaged where one of these is not in it, or has not such a handler."""
        if len(wanted) and not (
            int(wanted.max()) < len(self._known_openings) and bool(self._known_openings[wanted].all())
        ):
            raise Damaged("a slot names an opening that is not there")
        if handlers is not None and (handlers >= self._openings[wanted, 1]).any():
            raise Damaged("a slot names a handler that its opening has not")
        return self._openings

    def close(self) -> None:
        """Safe to call twice."""
        self._chunks.close()

    def _take(self, found: WholeRecords) -> None:
        names: list[bytes] = []
        for place in found.places:
            ident, kind, _, what, length = RECORD.unpack_from(found.data, place)
            record = bytes(found.data[place : place + RECORD.size + length])
            if record == self._newest:
                continue
            body = record[RECORD.size :]
            if what == NAME:
                names.append(_name(ident, kind, body))
            elif what == FORM:
                self.forms.define(ident, body)
            else:
                self._open(ident, body)
            self._newest = record
        if names:
            self.frames.append(pack_frame(NAMES_FRAME, b"".join(names)))

    def _open(self, ident: int, body: bytes) -> None:
        numbers = np.frombuffer(body[: len(body) // 4 * 4], "<u4")
        count = len(numbers) - 2
        begins, ends = self._handlers, self._handlers + count
        is_one = len(body) % 4 == 0 and count > 0 and numbers[1] == count and bool(numbers.all())
        if not is_one or max(ident, ends) >= _MOST_OPENINGS:
            raise Damaged(f"the opening {ident} is not one")
        self._handlers = ends
        self._openings = _with_room(self._openings, ident)
        self._known_openings = _with_room(self._known_openings, ident)
        self.handlers = _with_room(self.handlers, self._handlers)
        self.handlers[begins : self._handlers] = numbers[2:]
        self._openings[ident] = [*numbers[:3].tolist(), begins]
        self._known_openings[ident] = True


def _name(ident: int, kind: int, body: bytes) -> bytes:
    if kind not in _NAME_KINDS or len(body) > MAX_NAME or ident >= 1 << 32 or body[-1:] != b"}":
        raise Damaged(f"the name {ident} is not one")
    return NAME_ENTRY.pack(ident, kind, 0, 0, len(body)) + body


def _with_room(table: Array, at: int) -> Array:
    """The table, with a place of this number."""
    if at < len(table):
        return table
    return np.concatenate([table, np.zeros((max(len(table), at + 1 - len(table)), *table.shape[1:]), table.dtype)])
