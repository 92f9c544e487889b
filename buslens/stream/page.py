"""The first page of a stream while it is written: whose it is, what was dropped, what being watched costs."""

from __future__ import annotations

import itertools
import mmap
import time

from buslens.stream.layout import CLOSED, COST, COST_AT, DROPPED, KINDS, NUMBER


class HeadPage:
    """A mapped page whose numbers change. Thread-safe."""

    def __init__(self, page: mmap.mmap, packed: bytes) -> None:
        self._page = page
        self._page[:] = packed
        self._dropped = [itertools.count(1).__next__ for _ in range(KINDS)]

    def drop(self, kind: int, count: int = 1) -> None:
        """So many facts of a kind were not kept."""
        kind, number = min(kind, KINDS - 1), 0
        for _ in range(count):
            number = self._dropped[kind]()
        if number:
            NUMBER.pack_into(self._page, DROPPED + 8 * kind, number)

    def tell_cost(self, own_ns: int, cpu_ns: int, slots: int, written: int, step: int) -> None:
        """What being watched has cost until now: see docs/stream-format.md."""
        COST.pack_into(self._page, COST_AT, own_ns, cpu_ns, slots, written, time.monotonic_ns(), step)

    def close(self) -> None:
        """Say that the program has come to its end."""
        NUMBER.pack_into(self._page, CLOSED, 1)
