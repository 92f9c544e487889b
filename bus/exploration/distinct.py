"""How many different numbers were seen, in bounded memory: exact for few, an estimate for many.

The smallest of many evenly spread numbers tell how many there are. Z. Bar-Yossef and others, Counting Distinct Elements
in a Data Stream, RANDOM 2002.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable

KEPT = 4_096
"""Numbers that are kept. With so many the estimate is off by about 1.6 % (one standard deviation)."""

_ALL = 1 << 64


class Distinct:
    """Different numbers below 2**64 that are spread evenly, such as hashes."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._smallest: list[int] = []
        """In their order."""

        self.is_exact = True
        """Whether `count` is no estimate."""

        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        """One that was seen, perhaps not for the first time."""
        kept = self._smallest
        at = bisect.bisect_left(kept, number)
        if at < len(kept) and kept[at] == number:
            return
        if len(kept) >= KEPT:
            self.is_exact = False
            if at == len(kept):
                return
            kept.pop()
        kept.insert(at, number)

    @property
    def count(self) -> int:
        """How many, or about how many."""
        kept = self._smallest
        return len(kept) if self.is_exact else round((KEPT - 1) * _ALL / kept[-1])

    @property
    def smallest(self) -> tuple[int, ...]:
        """What tells another one all that this one knows, but whether it is exact."""
        return tuple(self._smallest)

    def merge(self, other: Distinct) -> None:
        """Also those that another one has seen."""
        self.is_exact = self.is_exact and other.is_exact
        for number in other.smallest:
            self.add(number)
