"""Where the blobs of one frame lie within its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from buslens.wire import BLOB_ENTRY

MOST_IN_FRAME = 1 << 18
"""Blobs that one frame may hold; what a frame holds beyond is not found."""

_ID = 8
"""Bytes of an entry that say its id."""


@dataclass(frozen=True, slots=True)
class BlobFrame:
    """The blobs of one frame: where each lies within its bytes."""

    body: bytes
    ids: list[int]
    heads: list[int]
    """Where the entry of each begins."""

    def hashes(self) -> list[int]:
        """A number for the kind and bytes of each, as far as this process goes."""
        if not self.heads:
            return []
        *_, length = BLOB_ENTRY.unpack_from(self.body, self.heads[-1])
        ends = [*self.heads[1:], self.heads[-1] + BLOB_ENTRY.size + length]
        return [hash(self.body[head + _ID : end]) for head, end in zip(self.heads, ends, strict=True)]


def contents(body: bytes) -> BlobFrame:
    """Where each whole blob of a frame lies."""
    ids: list[int] = []
    heads: list[int] = []
    at = 0
    while at + BLOB_ENTRY.size <= len(body) and len(ids) < MOST_IN_FRAME:
        ident, _, _, _, length = BLOB_ENTRY.unpack_from(body, at)
        if at + BLOB_ENTRY.size + length > len(body):
            break
        ids.append(ident)
        heads.append(at)
        at += BLOB_ENTRY.size + length
    return BlobFrame(body, ids, heads)
