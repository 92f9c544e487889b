"""A first page is read from docs/stream-format.md alone, and what does not fit is cut or refused."""

from __future__ import annotations

import json
import struct
import zlib

import pytest

from buslens.stream import layout
from buslens.wire import Header


def test_a_page_says_whose_it_is_as_the_document_tells() -> None:
    page = layout.pack_page(Header("shop", 12, "here", 5, 7, extra={"start_ticks": 3}))
    magic, version, slot, length, checksum = struct.unpack_from("<8sHHII", page)
    body = page[20 : 20 + length]
    assert (magic, version, slot, len(page)) == (b"BUSTREAM", 3, 64, 4096)
    assert zlib.crc32(body) == checksum
    assert json.loads(body)["pid"] == 12
    assert not any(page[3072:])


def test_a_long_name_of_a_process_is_cut_and_more_than_a_page_is_refused() -> None:
    assert len(layout.pack_page(Header("x" * 9000, 1, "here", 0, 0))) == 4096
    with pytest.raises(ValueError, match="too much"):
        layout.pack_page(Header("x", 1, "here", 0, 0, extra={"long": "y" * 4000}))


def test_each_slot_has_its_mark_in_its_last_eight_bytes() -> None:
    for pack, values in (
        (layout.PACK_OPENED, (1, 2, 3, 4, 5)),
        (layout.PACK_STARTED, (1, 2, 3, 4)),
        (layout.PACK_ENDED, (1, 2)),
        (layout.PACK_WHOLE, (1, 2, 3, 4, 5, 6, 7, 1, 9, 10)),
    ):
        slot = bytearray(layout.SLOT)
        pack(slot, 0, *values, 0xABCDEF0123456789)
        assert slot[56:] == struct.pack("<Q", 0xABCDEF0123456789)
        assert not any(slot[:8]), "the end of the call comes later"
