"""Slots of a chunk of facts, given out in blocks: behind each is a moment for what is not done each time."""

from __future__ import annotations

import mmap
from operator import length_hint
from typing import Callable, Tuple

from buslens.stream.layout import SLOT

_FIRST, _LARGEST = 16, 1024
"""Slots of a block, each time twice as many."""

Slots = Tuple[Callable[[], int], mmap.mmap, "memoryview[int]"]
"""What claims a slot of a block, by where it begins, its chunk, and the same as numbers of 8 bytes.

One value, because they belong together; storing one number costs a third of packing it. Behind the last slot claiming
raises StopIteration.
"""


class SlotBlocks:
    """The blocks of one chunk after another."""

    def __init__(self) -> None:
        self._chunk: "mmap.mmap | bytes" = b""
        self._ends: "memoryview[int]"
        self._at = 0
        self._size = _FIRST
        self._given = 0
        """Slots of all blocks so far."""

    @property
    def is_full(self) -> bool:
        """Whether the chunk has no more."""
        return self._at >= len(self._chunk)

    def go_on_in(self, chunk: mmap.mmap) -> "memoryview[int]":
        """A new chunk. What looks at it as numbers, to be released before the chunk is closed."""
        self._chunk, self._at = chunk, 0
        self._ends = memoryview(chunk).cast("q")
        return self._ends

    def next_block(self) -> Slots:
        """The next slots."""
        chunk, at = self._chunk, self._at
        assert isinstance(chunk, mmap.mmap)
        self._at = min(at + self._size * SLOT, len(chunk))
        self._given += (self._at - at) // SLOT
        self._size = min(2 * self._size, _LARGEST)
        return iter(range(at, self._at, SLOT)).__next__, chunk, self._ends

    def used(self, newest: Slots) -> int:
        """How many slots were claimed, where this is the newest block."""
        return self._given - left(newest)


def left(slots: Slots) -> int:
    """How many slots of a block are free."""
    return length_hint(slots[0].__self__)  # type: ignore[attr-defined]
