"""The bytes of a stream: names, payloads and what many emits have in common, record after record.

Records are appended whole, one after another, and each before the slot that mentions it. So all but the last one are
whole, and that one is where a slot mentions it, or once it has been there for a moment.
"""

from __future__ import annotations

import os
import threading
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from bus.stream.fact_chunks import Damaged
from bus.stream.forms import Forms
from bus.stream.own_file import OwnFile
from bus.stream.slots import Array
from buslens.records import BlobKind, NameKind
from buslens.stream import layout
from buslens.stream.layout import BLOB, FORM, FORM_ID, NAME, RECORD, VALUES
from buslens.wire import BLOBS, MAX_BLOB, MAX_NAME, NAME_ENTRY, NAMES, pack_frame

PIECE = 4 * 1024 * 1024
"""Bytes that are read at once; more only where one record is larger."""

_SETTLE_S = 0.001
_MOST_OPENINGS = 1 << 22
_MOST_UNCLAIMED = 1 << 20
_BLOB_KINDS, _NAME_KINDS = frozenset(map(int, BlobKind)), frozenset(map(int, NameKind))


class Records:
    """What one stream has besides its slots, as far as it was read; `frames` are for whoever takes them."""

    def __init__(self, folder: Path, *, first: int, remove: bool) -> None:
        self._folder = folder
        self._remove = remove
        self._number = first
        self._file = OwnFile(folder / layout.chunk_name(layout.BYTES, first))
        self._at = 0
        self._blob = 0
        """Blobs so far: those of a capture are counted without gaps."""

        self._unclaimed: dict[int, int] = {}
        """Ids of blobs in the capture by those in the stream, of slots that have not come yet."""

        self._openings = np.zeros((1024, 4), np.uint32)
        """Event, number of handlers, the first one, and where all of them begin in `handlers`."""

        self.handlers = np.zeros(1024, np.uint32)
        """Of all openings."""

        self._handlers = 0
        self._known_openings = np.zeros(1024, bool)
        self._forms = Forms()
        self.frames: list[bytes] = []
        """Frames of names and blobs that were read since somebody took them."""

    def read_for(self, blobs: Array, openings: Array) -> None:
        """Read on until these blobs and openings are there, or nothing more is. Raises Damaged."""
        wanted = set(blobs.tolist())
        while True:
            came = self._read(wanted)
            if not came:
                return
            wanted.difference_update(self._unclaimed)
            if not wanted and self._have(openings) and came < PIECE // 2:
                return

    def openings(self, wanted: Array, handlers: Array | None = None) -> Array:
        """The table of openings. Raises Damaged where one of these is not in it, or has not such a handler."""
        if not self._have(wanted):
            raise Damaged("a slot names an opening that is not there")
        if handlers is not None and (handlers >= self._openings[wanted, 1]).any():
            raise Damaged("a slot names a handler that its opening has not")
        return self._openings

    def claimed(self, blobs: Array) -> Array:
        """The capture's ids of these blobs, each of which is asked for once; 0 for one that is not there."""
        known = self._unclaimed
        take = known.pop
        found: Array = np.array([take(each, 0) for each in blobs.tolist()], np.uint64)
        while len(known) > _MOST_UNCLAIMED:
            known.pop(next(iter(known)))
        return found

    def close(self) -> None:
        self._file.close()

    def _have(self, openings: Array) -> bool:
        return not len(openings) or (
            int(openings.max()) < len(self._known_openings) and bool(self._known_openings[openings].all())
        )

    def _read(self, wanted: set[int]) -> int:
        """Take in the records that are whole: how many bytes."""
        data = bytearray(self._file.read(self._at, PIECE))
        head = RECORD.unpack_from(data) if len(data) >= RECORD.size else (0,)
        if not head[0]:
            return self._read(wanted) if self._go_on() else 0
        if RECORD.size + head[-1] > len(data):
            data = bytearray(self._file.read(self._at, RECORD.size + min(head[-1], MAX_BLOB)))
        places, others, end = self._walk(data)
        if places and self._is_doubtful(data, places[-1], end, wanted):
            threading.Event().wait(_SETTLE_S)
            data[places[-1] : end] = self._file.read(self._at + places[-1], end - places[-1])
        self._take(data, places, others, end)
        self._at += end
        return end

    def _walk(self, data: bytearray) -> tuple[list[int], list[int], int]:
        """Where each record begins, which of them are no blobs, and where the last one ends.

        Of values that follow others of their form and size only the first and the last ones are told.
        """
        places: list[int] = []
        others: list[int] = []
        at, last, unpack, size = 0, len(data) - RECORD.size, RECORD.unpack_from, RECORD.size
        while at <= last:
            ident, _, _, what, length = unpack(data, at)
            if not ident:
                break
            if what > VALUES or length > MAX_BLOB or (what == VALUES and length < FORM_ID.size):
                raise Damaged(f"byte {self._at + at:,} of {self._file.path.name} begins no record")
            if at + size + length > len(data):
                break
            if what != BLOB:
                others.append(len(places))
            places.append(at)
            at += size + length
            if what == VALUES and (more := _alike(data, at, size + length)) > 1:
                at += (more - 1) * (size + length)
        return places, others, at

    def _is_doubtful(self, data: bytearray, place: int, end: int, wanted: set[int]) -> bool:
        is_last = end + RECORD.size > len(data) or not RECORD.unpack_from(data, end)[0]
        return is_last and RECORD.unpack_from(data, place)[0] not in wanted

    def _take(self, data: bytearray, places: list[int], others: list[int], end: int) -> None:
        names: list[bytes] = []
        if others:
            data, places, others, end = self._written_out(data, places, others, end)
        first = 0
        for other in others:
            self._take_blobs(data, places[first:other], places[other])
            first = other + 1
            ident, kind, _, what, length = RECORD.unpack_from(data, places[other])
            begins = places[other] + RECORD.size
            body = bytes(data[begins : begins + length])
            if what == NAME:
                names.append(self._name(ident, kind, body))
            else:
                self._open(ident, body)
        self._take_blobs(data, places[first:], end)
        if names:
            self.frames.append(pack_frame(NAMES, b"".join(names)))

    def _written_out(
        self, data: bytearray, places: list[int], others: list[int], end: int
    ) -> tuple[bytearray, list[int], list[int], int]:
        """The same with payloads as blobs of which there are the values alone, and without their forms."""
        parts: list[bytes | bytearray] = []
        at: list[int] = []
        left: list[int] = []
        copied = length = first = 0
        for other in others:
            place = places[other]
            at += [each - copied + length for each in places[first:other]]
            first = other + 1
            ident, kind, cut, what, long = RECORD.unpack_from(data, place)
            if what < FORM:
                left.append(len(at))
                at.append(place - copied + length)
                continue
            parts.append(data[copied:place])
            length += place - copied
            copied = place + RECORD.size + long
            if what == FORM:
                self._forms.define(ident, bytes(data[place + RECORD.size : copied]))
                continue
            copied = places[first] if first < len(places) else end
            records, step = bytes(data[place:copied]), RECORD.size + long
            texts = self._forms.texts(records, step)
            idents = np.ndarray(len(texts), "<u8", records, strides=(step,)).tolist()
            heads = map(RECORD.pack, idents, repeat(kind), repeat(cut), repeat(BLOB), map(len, texts))
            parts += chain.from_iterable(zip(heads, texts, strict=True))
            for text in texts:
                at.append(length)
                length += RECORD.size + len(text)
        at += [each - copied + length for each in places[first:]]
        parts.append(data[copied:end])
        written = bytearray().join(parts)
        return written, at, left, len(written)

    def _take_blobs(self, data: bytearray, places: list[int], end: int) -> None:
        """A run of blobs is a frame's body already, but for their ids."""
        if not places:
            return
        own = np.frombuffer(data, np.uint8)
        begins = np.array(places)
        kinds = own[begins + 8]
        if (kinds < min(_BLOB_KINDS)).any() or (kinds > max(_BLOB_KINDS)).any():
            raise Damaged("a blob is of no kind that we know")
        at = begins[:, None] + np.arange(8)
        idents = own[at].reshape(-1).view("<u8").tolist()
        new = np.arange(self._blob + 1, self._blob + 1 + len(places), dtype="<u8")
        own[at] = new.view(np.uint8).reshape(-1, 8)
        self._unclaimed.update(zip(idents, new.tolist(), strict=True))
        self._blob += len(places)
        self.frames.append(pack_frame(BLOBS, bytes(data[places[0] : end])))

    def _name(self, ident: int, kind: int, body: bytes) -> bytes:
        if kind not in _NAME_KINDS or len(body) > MAX_NAME or ident >= 1 << 32:
            raise Damaged(f"the name {ident} is not one")
        return NAME_ENTRY.pack(ident, kind, 0, 0, len(body)) + body

    def _open(self, ident: int, body: bytes) -> None:
        numbers = np.frombuffer(body[: len(body) // 4 * 4], "<u4")
        count = len(numbers) - 2
        begins, self._handlers = self._handlers, self._handlers + count
        if len(body) % 4 or count < 1 or numbers[1] != count or max(ident, self._handlers) >= _MOST_OPENINGS:
            raise Damaged(f"the opening {ident} is not one")
        self._openings = _with_room(self._openings, ident)
        self._known_openings = _with_room(self._known_openings, ident)
        self.handlers = _with_room(self.handlers, self._handlers)
        self.handlers[begins : self._handlers] = numbers[2:]
        self._openings[ident] = [*numbers[:3].tolist(), begins]
        self._known_openings[ident] = True

    def _go_on(self) -> bool:
        """Whether there is another chunk. This one was sealed before that was made: its end is read once more."""
        try:
            following = OwnFile(self._folder / layout.chunk_name(layout.BYTES, self._number + 1))
        except FileNotFoundError:
            return False
        head = self._file.read(self._at, RECORD.size)
        if len(head) == RECORD.size and RECORD.unpack(head)[0]:
            following.close()
            return True
        if self._remove and self._file.is_there():
            os.unlink(self._file.path)
        self._file.close()
        self._file, self._at, self._number = following, 0, self._number + 1
        return True


def _with_room(table: Array, at: int) -> Array:
    """The table, with a place of this number."""
    if at < len(table):
        return table
    return np.concatenate([table, np.zeros((max(len(table), at + 1 - len(table)), *table.shape[1:]), table.dtype)])


def _alike(data: bytearray, at: int, step: int) -> int:
    """How many whole records from there on begin as the one before, but for their ids: with its size and form."""
    most, found, looks = (len(data) - at) // step, 0, 16
    begins, ends = RECORD.size - 8, RECORD.size + FORM_ID.size
    if not most or data[at + begins : at + ends] != data[at - step + begins : at - step + ends]:
        return 0
    first = np.ndarray(3, "<u4", data, at + begins)
    while found < most:
        count = min(looks, most - found)
        same = (np.ndarray((count, 3), "<u4", data, at + found * step + begins, (step, 4)) == first).all(axis=1)
        if not same.all():
            return found + int(np.argmin(same))
        found, looks = found + count, 8 * looks
    return found
