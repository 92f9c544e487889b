"""How many calls of a run may be without an end: a scenario that feeds itself would take all memory."""

from __future__ import annotations

from collections.abc import Callable

_LOOKS = 1_000
"""How often they are counted, while so many are emitted: a thousandth more than the most may be in flight."""


class InFlightLimit:
    """How many calls may be without an end. They are counted now and then: it takes as long as half an emit."""

    def __init__(self, most: int, count: Callable[[], int]) -> None:
        self.most = most
        self._count = count
        self._emits = 0
        """Since they were counted."""

    def is_exceeded(self) -> bool:
        """Asked at each emit."""
        self._emits += 1
        if self._emits * _LOOKS <= self.most:
            return False
        self._emits = 0
        return self._count() > self.most
