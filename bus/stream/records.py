"""The payloads, errors and notes of a stream, under the numbers that a capture gives them."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from bus.stream.definitions import Definitions
from bus.stream.fact_chunks import SETTLE_S, Damaged
from bus.stream.record_chunks import RecordChunks, WholeRecords
from bus.stream.slots import Array
from buslens.records import BlobKind
from buslens.stream.layout import BLOB, BYTES, RECORD
from buslens.texts import utf8
from buslens.wire import BLOBS, pack_blob, pack_frame

NOT_KEPT = "not kept any more"
"""In place of a payload that is not in the stream: mostly its chunk was removed while the program was watched."""

_MOST_UNCLAIMED = 1 << 20
_UNCLAIMED = np.dtype([("own", "<u8"), ("new", "<u8")])
"""Ids of a blob in the stream and in the capture."""

_HEAD = np.dtype([("id", "<u8"), ("kind", "u1"), ("cut", "u1"), ("what", "<u2"), ("length", "<u4")])
"""What a record begins with: `RECORD`."""

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

        self._unclaimed = np.zeros(0, _UNCLAIMED)
        """Blobs whose slots have not come yet."""

        self.frames: list[bytes] = []
        """Frames of blobs that were read since somebody took them."""

    @property
    def number(self) -> int:
        """Of the chunk that is read now."""
        return self._chunks.number

    def read_for(self, blobs: Array) -> None:
        """Read on until these blobs are there, or nothing more is. Raises Damaged."""
        wanted = blobs[(blobs >= self._chunks.since) & ~np.isin(blobs, self._unclaimed["own"])]
        # Not further: a reader that is behind would hold all that there is until its slots are read.
        while len(wanted) or not len(self._unclaimed):
            found = self._chunks.read(wanted)
            if found is None:
                return
            before = len(self._unclaimed)
            self._take(found)
            wanted = wanted[~np.isin(wanted, self._unclaimed["own"][before:])]

    def claimed(self, blobs: Array) -> Array:
        """The capture's ids of these blobs, each of which is asked for once.

        In place of one that is not there is a text that says so.
        """
        waiting = self._unclaimed[np.argsort(self._unclaimed["own"], kind="stable")]
        at = np.searchsorted(waiting["own"], blobs)
        known = at < len(waiting)
        known[known] = waiting["own"][at[known]] == blobs[known]
        found = np.zeros(len(blobs), np.uint64)
        found[known] = waiting["new"][at[known]]
        if not known.all():
            found[~known] = self.tell(BlobKind.PAYLOAD_REPR, NOT_KEPT, was_cut=True)
        left = np.ones(len(waiting), bool)
        left[at[known]] = False
        self._unclaimed = waiting[left][-_MOST_UNCLAIMED:]
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
        own, begins = self._written_out(found) if found.others else _bytes_of(found)
        kinds = own[begins + 8]
        if (kinds < min(_BLOB_KINDS)).any() or (kinds > max(_BLOB_KINDS)).any():
            raise Damaged("a blob is of no kind that we know")
        at = begins[:, None] + np.arange(8)
        came = np.zeros(len(begins), _UNCLAIMED)
        came["own"] = own[at].reshape(-1).view("<u8")
        came["new"] = np.arange(self._blob + 1, self._blob + 1 + len(begins))
        own[at] = came["new"].astype("<u8").view(np.uint8).reshape(-1, 8)
        self._unclaimed = np.concatenate([self._unclaimed, came])
        self._blob += len(begins)
        self.frames.append(pack_frame(BLOBS, own[begins[0] :].tobytes()))

    def _written_out(self, found: WholeRecords) -> tuple[Array, Array]:
        """The same with payloads as blobs of which there are the values alone: the bytes, and where each begins."""
        if SETTLE_S:
            threading.Event().wait(SETTLE_S)
        self.definitions.read_on()  # a form was told before its values
        whole, places = np.frombuffer(found.data, np.uint8), found.places
        parts: list[Array] = []
        begins: list[Array] = []
        copied = length = first = 0
        for other in found.others:
            place = places[other]
            begins.append(np.array(places[first:other], np.int64) - copied + length)
            first = other + 1
            step = RECORD.size + RECORD.unpack_from(found.data, place)[-1]
            parts.append(whole[copied:place])
            length += place - copied
            copied = places[first] if first < len(places) else found.end
            records = bytes(found.data[place:copied])
            written, at = _blobs_of(records, step, self.definitions.forms.texts(records, step))
            parts.append(written)
            begins.append(at + length)
            length += len(written)
        begins.append(np.array(places[first:], np.int64) - copied + length)
        parts.append(whole[copied : found.end])
        return np.concatenate(parts), np.concatenate(begins)


def _bytes_of(found: WholeRecords) -> tuple[Array, Array]:
    return np.frombuffer(found.data, np.uint8)[: found.end], np.array(found.places, np.int64)


def _blobs_of(records: bytes, step: int, texts: list[bytes]) -> tuple[Array, Array]:
    """Values of one form and size as blobs with these texts: the bytes, and where each begins."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths + RECORD.size)
    begins = ends - lengths - RECORD.size
    heads = np.ndarray(len(texts), _HEAD, records, strides=(step,)).copy()
    heads["what"], heads["length"] = BLOB, lengths
    written = np.empty(int(ends[-1]), np.uint8)
    is_text = np.ones(len(written), bool)
    at = begins[:, None] + np.arange(RECORD.size)
    is_text[at] = False
    written[at] = heads.view(np.uint8).reshape(-1, RECORD.size)
    written[is_text] = np.frombuffer(b"".join(texts), np.uint8)
    return written, begins
