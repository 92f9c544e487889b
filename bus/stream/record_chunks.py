"""The records of a stream, chunk after chunk: which of them are whole.

Records are appended one after another, each by one copy and before what mentions it. So all but the last one are whole,
and that one is where a slot mentions it. Else it may be half there: for as long as its program stands still, and for
ever where that was killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bus.stream import chunk_files
from bus.stream.fact_chunks import Damaged
from bus.stream.own_file import OwnFile
from bus.stream.slots import Array
from buslens.stream import layout
from buslens.stream.layout import BLOB, FORM, FORM_ID, NAME, OPENING, RECORD, VALUES
from buslens.wire import MAX_BLOB

PIECE = 1024 * 1024
"""Bytes that are read at once; more only where one record is larger."""

NONE_WANTED: Array = np.zeros(0, np.uint64)
_MAY_HAVE = {layout.BYTES: (BLOB, VALUES), layout.NAMES: (NAME, OPENING, FORM)}


@dataclass(frozen=True, slots=True)
class WholeRecords:
    """Records that lie behind each other."""

    data: bytearray
    """More may lie behind the last of them."""

    places: list[int]
    """Where each begins. Of values that follow others of their form and size only the first and the last ones are told.
    """

    others: list[int]
    """Which of `places` are no blobs."""

    end: int


class RecordChunks:
    """The chunks of one stem, from the oldest that is there."""

    def __init__(self, folder: Path, stem: str) -> None:
        """Raises FileNotFoundError where there is none, UserError where one is not to be trusted."""
        self._folder, self._stem = folder, stem
        self.number = next(iter(chunk_files.numbers(folder, stem)), 1)
        """Of the chunk that is read now."""

        self._file = OwnFile(folder / layout.chunk_name(stem, self.number))
        self._at = 0
        self.since = self._first_id() if self.number > 1 else 0
        """Id of the first record, where chunks before it were removed, and not read; 0: none was."""

    def read(self, wanted: Array) -> WholeRecords | None:
        """The next records that are whole; None where there are none yet. wanted: ids that slots mention.

        Raises Damaged, OSError.
        """
        found = self._found()
        if found is not None and self._is_doubtful(found, wanted):
            found = _without_last(found)
        if found is None or not found.end:
            return None
        self._at += found.end
        return found

    def read_last(self) -> WholeRecords | None:
        """Where `read` has nothing more: the record that is there and may not be whole. It is read again then."""
        return self._found()

    def _found(self) -> WholeRecords | None:
        data = bytearray(self._file.read(self._at, PIECE))
        head = RECORD.unpack_from(data) if len(data) >= RECORD.size else (0,)
        if not head[0]:
            return self._found() if self._go_on() else None
        if RECORD.size + head[-1] > len(data):
            data = bytearray(self._file.read(self._at, RECORD.size + min(head[-1], MAX_BLOB)))
        found = self._walk(data)
        return found if found.end else None

    def close(self) -> None:
        """Safe to call twice."""
        self._file.close()

    def _walk(self, data: bytearray) -> WholeRecords:
        places: list[int] = []
        others: list[int] = []
        at, last, unpack, size = 0, len(data) - RECORD.size, RECORD.unpack_from, RECORD.size
        may_have = _MAY_HAVE[self._stem]
        while at <= last:
            ident, _, _, what, length = unpack(data, at)
            if not ident:
                break
            if what not in may_have or length > MAX_BLOB or (what == VALUES and length < FORM_ID.size):
                raise Damaged(f"byte {self._at + at:,} of {self._file.path.name} begins no record")
            if at + size + length > len(data):
                break
            if what != BLOB:
                others.append(len(places))
            places.append(at)
            at += size + length
            if what == VALUES and (more := _alike(data, at, size + length)) > 1:
                at += (more - 1) * (size + length)
        return WholeRecords(data, places, others, at)

    def _is_doubtful(self, found: WholeRecords, wanted: Array) -> bool:
        """Whether the last of them may not be whole. Where another one has come behind it, it is read once more."""
        data, last, end = found.data, found.places[-1], found.end
        if end + RECORD.size <= len(data) and RECORD.unpack_from(data, end)[0]:
            return False
        if (wanted == RECORD.unpack_from(data, last)[0]).any():
            return False
        behind = self._file.read(self._at + end, RECORD.size)
        if not any(behind) and not chunk_files.following(self._folder, self._stem, self.number):
            return True
        data[last:end] = self._file.read(self._at + last, end - last)
        return False

    def _go_on(self) -> bool:
        """Whether there is another chunk. This one was sealed before that was made: its end is read once more."""
        number = chunk_files.following(self._folder, self._stem, self.number)
        if not number:
            return False
        try:
            following = OwnFile(self._folder / layout.chunk_name(self._stem, number))
        except FileNotFoundError:
            return False  # removed meanwhile: there is a later one
        head = self._file.read(self._at, RECORD.size)
        if len(head) == RECORD.size and RECORD.unpack(head)[0]:
            following.close()
            return True
        self._file.close()
        is_next = number == self.number + 1
        self._file, self._at, self.number = following, 0, number
        if not is_next:
            self.since = self._first_id()
        return True

    def _first_id(self) -> int:
        head = self._file.read(0, RECORD.size)
        return int(RECORD.unpack(head)[0]) if len(head) == RECORD.size else 0


def _without_last(found: WholeRecords) -> WholeRecords:
    *places, last = found.places
    return WholeRecords(found.data, places, [other for other in found.others if other < len(places)], last)


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
