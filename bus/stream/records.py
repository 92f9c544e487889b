"""The payloads, errors and notes of a stream, under the numbers that a capture gives them."""

from __future__ import annotations

import threading
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from bus.stream.definitions import Definitions
from bus.stream.fact_chunks import SETTLE_S, Damaged
from bus.stream.record_chunks import PIECE, RecordChunks, WholeRecords
from bus.stream.slots import Array
from buslens.records import BlobKind
from buslens.stream.layout import BLOB, BYTES, RECORD
from buslens.texts import utf8
from buslens.wire import BLOBS, pack_blob, pack_frame

NOT_KEPT = "not kept any more"
"""In place of a payload that is not in the stream: mostly its chunk was removed while the program was watched."""

_MOST_UNCLAIMED = 1 << 20
_BLOB_KINDS = frozenset(map(int, BlobKind))


class Records:
    """Those of one stream, as far as they were read; `frames` are for whoever takes them."""

    def __init__(self, folder: Path, definitions: Definitions) -> None:
        """Raises FileNotFoundError where there are none, UserError where they are not to be trusted."""
        self.definitions = definitions
        """What they mention, and slots do."""

        self._chunks = RecordChunks(folder, BYTES)
        self._blob = 0
        """Blobs so far: those of a capture are counted without gaps."""

        self._unclaimed: dict[int, int] = {}
        """Ids of blobs in the capture by those in the stream, of slots that have not come yet."""

        self.frames: list[bytes] = []
        """Frames of blobs that were read since somebody took them."""

    @property
    def number(self) -> int:
        """Of the chunk that is read now."""
        return self._chunks.number

    def read_for(self, blobs: Array) -> None:
        """Read on until these blobs are there, or nothing more is. Raises Damaged."""
        wanted = {each for each in blobs.tolist() if each >= self._chunks.since}
        while True:
            found = self._chunks.read(wanted)
            if found is None:
                return
            self._take(found)
            wanted.difference_update(self._unclaimed)
            if not wanted and found.end < PIECE // 2:
                return

    def claimed(self, blobs: Array) -> Array:
        """The capture's ids of these blobs, each of which is asked for once.

        In place of one that is not there is a text that says so.
        """
        known = self._unclaimed
        take = known.pop
        found: Array = np.array([take(each, 0) for each in blobs.tolist()], np.uint64)
        missing = found == 0
        if missing.any():
            found[missing] = self.tell(BlobKind.PAYLOAD_REPR, NOT_KEPT, was_cut=True)
        while len(known) > _MOST_UNCLAIMED:
            known.pop(next(iter(known)))
        return found

    def tell(self, kind: BlobKind, text: str, *, was_cut: bool = False) -> int:
        """A blob of the reader's own. Its id in the capture."""
        self._blob += 1
        self.frames.append(pack_frame(BLOBS, pack_blob(self._blob, kind, utf8(text), was_cut)))
        return self._blob

    def close(self) -> None:
        """Safe to call twice."""
        self._chunks.close()

    def _take(self, found: WholeRecords) -> None:
        """A run of blobs is a frame's body already, but for their ids."""
        data, places, end = self._written_out(found) if found.others else (found.data, found.places, found.end)
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

    def _written_out(self, found: WholeRecords) -> tuple[bytearray, list[int], int]:
        """The same with payloads as blobs of which there are the values alone: data, where each begins, the end."""
        if SETTLE_S:
            threading.Event().wait(SETTLE_S)
        self.definitions.read_on()  # a form was told before its values
        data, places = found.data, found.places
        parts: list[bytes | bytearray] = []
        at: list[int] = []
        copied = length = first = 0
        for other in found.others:
            place = places[other]
            at += [each - copied + length for each in places[first:other]]
            first = other + 1
            _, kind, cut, _, long = RECORD.unpack_from(data, place)
            parts.append(data[copied:place])
            length += place - copied
            copied = places[first] if first < len(places) else found.end
            records, step = bytes(data[place:copied]), RECORD.size + long
            texts = self.definitions.forms.texts(records, step)
            idents = np.ndarray(len(texts), "<u8", records, strides=(step,)).tolist()
            heads = map(RECORD.pack, idents, repeat(kind), repeat(cut), repeat(BLOB), map(len, texts))
            parts += chain.from_iterable(zip(heads, texts, strict=True))
            for text in texts:
                at.append(length)
                length += RECORD.size + len(text)
        at += [each - copied + length for each in places[first:]]
        parts.append(data[copied : found.end])
        written = bytearray().join(parts)
        return written, at, len(written)
