"""Blobs are found where they lie in a frame, and no entry that is cut or beyond the bound is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.trace import blob_frames
from bus.trace.blob_frames import contents, hashes
from buslens.wire import BLOB_ENTRY, pack_blob

BLOBS = some.lists(some.tuples(some.integers(0, 2**64 - 1), some.binary(max_size=20)), max_size=8)


@given(BLOBS, some.data())
def test_each_whole_blob_is_found_however_much_of_the_frame_there_is(
    blobs: list[tuple[int, bytes]], data: some.DataObject
) -> None:
    packed = [pack_blob(ident, 1, body, cut=False) for ident, body in blobs]
    whole = b"".join(packed)
    end = data.draw(some.integers(0, len(whole)))
    found = contents(whole[:end])
    count = sum(len(b"".join(packed[: place + 1])) <= end for place in range(len(packed)))
    assert found.ids == [ident for ident, _ in blobs[:count]]
    bodies = [found.body[at + BLOB_ENTRY.size :][: BLOB_ENTRY.unpack_from(found.body, at)[-1]] for at in found.heads]
    assert bodies == [body for _, body in blobs[:count]]


def test_a_frame_with_more_blobs_than_anybody_writes_is_read_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_frames, "MOST_IN_FRAME", 3)
    assert contents(pack_blob(7, 1, b"", cut=False) * 10).ids == [7, 7, 7]


def test_a_hash_is_of_kind_and_bytes_whatever_lies_behind_the_last_blob() -> None:
    one, same, other = (pack_blob(ident, 1, body, cut=False) for ident, body in ((1, b"a"), (2, b"a"), (3, b"b")))
    first, second, third = hashes(one + same + other)[1]
    assert first == second != third
    assert hashes(one + other[:5]) == ([1], [first])
    assert hashes(b"") == ([], [])
