"""Where the blobs of one frame lie within its bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from buslens.wire import BLOB_ENTRY

MOST_IN_FRAME = 1 << 18
"""Blobs that one frame may hold; what a frame holds beyond is not found."""

_ID = 8
"""Bytes of an entry that say its id; they are its first."""

_LENGTH = struct.Struct("<I")
"""Of what follows an entry; it is the entry's last field."""


@dataclass(frozen=True, slots=True)
class BlobFrame:
    """The blobs of one frame: where each lies within its bytes."""

    body: bytes
    ids: list[int]
    heads: list[int]
    """Where the entry of each begins."""

    def find(self, ident: int) -> int:
        """The place of a blob among them, -1 where the frame does not hold it."""
        # The recorder counts without gaps; where another producer does not, we look for it.
        at = ident - self.ids[0] if self.ids else 0
        if 0 <= at < len(self.ids) and self.ids[at] == ident:
            return at
        return self.ids.index(ident) if ident in self.ids else -1


def contents(body: bytes) -> BlobFrame:
    """Where each whole blob of a frame lies."""
    heads = heads_of(body)
    return BlobFrame(body, ids_at(body, np.array(heads, np.int64)).tolist(), heads)


def heads_of(body: bytes) -> list[int]:
    """Where the entry of each whole blob of a frame begins.

    Of a live capture this is asked of each payload that comes: the loop does nothing that is not needed for it.
    """
    heads: list[int] = []
    unpack, size, last = _LENGTH.unpack_from, BLOB_ENTRY.size, len(body) - BLOB_ENTRY.size
    length_at, add = size - _LENGTH.size, heads.append
    at = 0
    while at <= last and len(heads) < MOST_IN_FRAME:
        add(at)
        at += size + unpack(body, at + length_at)[0]
    if at > len(body):
        heads.pop()  # it is not whole
    return heads


def ids_at(body: bytes | memoryview, heads: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The ids of blobs whose entries begin there."""
    entries = np.frombuffer(body, np.uint8)[heads[:, None] + np.arange(_ID)]
    found: npt.NDArray[np.uint64] = entries.reshape(-1).view("<u8").astype(np.uint64)
    return found


def hashes(body: bytes) -> tuple[list[int], list[int]]:
    """The id of each whole blob of a frame, and a number for its kind and bytes that holds in this process alone.

    In one loop, because a comparison of two captures asks this of millions: `contents` first takes twice as long.
    """
    ids: list[int] = []
    found: list[int] = []
    unpack, size, end = BLOB_ENTRY.unpack_from, BLOB_ENTRY.size, len(body)
    at = 0
    while at + size <= end and len(ids) < MOST_IN_FRAME:
        ident, _, _, _, length = unpack(body, at)
        after = at + size + length
        if after > end:
            break
        ids.append(ident)
        found.append(hash(body[at + _ID : after]))
        at = after
    return ids, found
