"""Interned names of one capture, as they are numbered in another that its records are taken over into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.names import Name, Names

Array = npt.NDArray[Any]


class Renamer:
    """Numbers of names here become their numbers there; one that was never named becomes 0, which is no name."""

    def __init__(self, names: Names, intern: Callable[[Name, int], int]) -> None:
        """intern: the number there of a name, with the number there of its bus where it is an event; 0 for none."""
        self._names = names
        self._intern = intern
        self._known = np.zeros(1, np.uint32)
        """Numbers there, by those here."""

    def __call__(self, numbers: Array) -> Array:
        """Each of these as it is there."""
        self._learn(int(numbers.max(initial=0)))
        inside = numbers < len(self._known)
        return np.where(inside, self._known[np.minimum(numbers, len(self._known) - 1)], 0).astype(np.uint32)

    def _learn(self, highest: int) -> None:
        last = min(highest, len(self._names))
        more = [self._interned(number) for number in range(len(self._known), last + 1)]
        self._known = np.concatenate([self._known, np.array(more, np.uint32)])

    def _interned(self, number: int) -> int:
        bus = self._names.bus(number)
        return self._intern(self._names[number], self._interned(bus) if bus else 0)
