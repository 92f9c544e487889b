"""Slots are given out in blocks, each once, and what was claimed of them is counted."""

from __future__ import annotations

import mmap

from buslens.stream.blocks import SlotBlocks, Slots, left
from buslens.stream.layout import SLOT


def claimed(slots: Slots) -> list[int]:
    return [at // SLOT for at in iter(lambda: next(slots[0].__self__, None), None)]  # type: ignore[attr-defined]


def test_blocks_double_and_end_with_their_chunk() -> None:
    blocks = SlotBlocks()
    assert blocks.is_full
    ends = blocks.go_on_in(mmap.mmap(-1, 64 * SLOT))
    first, second, third = (blocks.next_block() for _ in range(3))
    assert [left(each) for each in (first, second, third)] == [16, 32, 16]
    assert blocks.is_full
    assert claimed(first) + claimed(second) + claimed(third) == list(range(64))
    third[2][5] = 7
    assert ends[5] == 7


def test_what_was_claimed_is_counted_over_all_chunks() -> None:
    blocks = SlotBlocks()
    blocks.go_on_in(mmap.mmap(-1, 64 * SLOT))
    slots = blocks.next_block()
    assert blocks.used(slots) == 0
    slots[0]()
    assert (blocks.used(slots), left(slots)) == (1, 15)
    blocks.next_block()
    blocks.next_block()
    blocks.go_on_in(mmap.mmap(-1, 64 * SLOT))
    newest = blocks.next_block()
    newest[0]()
    assert blocks.used(newest) == 65
