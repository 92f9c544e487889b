"""The numbers of a first page stand where docs/stream-format.md says."""

from __future__ import annotations

import mmap
import struct

from buslens.stream import layout
from buslens.stream.page import HeadPage


def test_numbers_stand_where_the_document_says() -> None:
    mapped = mmap.mmap(-1, layout.PAGE)
    page = HeadPage(mapped, bytes(layout.PAGE))
    page.drop(3, 2)
    page.drop(3)
    page.drop(5, 0)
    page.drop(200)
    page.tell_cost(11, 12, 13, 14, 2)
    page.close()
    numbers = struct.unpack_from("<128Q", mapped, 3072)
    assert numbers[:5] == (1, 11, 12, 13, 14)
    assert numbers[5] > 0, "when that was told"
    assert numbers[6:8] == (2, 0)
    assert {kind: count for kind, count in enumerate(numbers[8:72]) if count} == {3: 3, 63: 1}
