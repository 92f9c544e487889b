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
