"""The slots of a stream, chunk after chunk: which are whole, which calls have ended in place, which slots stay empty.

A slot's mark is its last store. So the marks are read first, and the slots that have one after that.
"""

from __future__ import annotations

import platform
import threading
import time
from pathlib import Path

import numpy as np

from bus.stream.own_file import OwnFile
from bus.stream.slots import SLOT_DTYPE, TIMES_DTYPE, Array, awaited, newest_ns, unknown
from buslens.stream import layout

AT_ONCE = 16_384
"""Slots that are read at once: a window that takes them in stands still for some hundredths of a second."""

_HOLE_S = 0.5
"""So long a claimed slot is waited for, where later ones are filled; whoever fills it later still is found."""

_FEW = 64

SETTLE_S = 0.0 if platform.machine().lower() in ("x86_64", "amd64", "i386", "i686") else 0.001
"""Between reading marks and slots: other processors may show stores of one process in another order for a moment."""


class Damaged(ValueError):
    """The bytes of a stream are not what its program writes."""


class FactChunk:
    """One file of slots."""

    def __init__(self, path: Path, number: int) -> None:
        self.number = number
        self._file = OwnFile(path)
        self._length = self._file.size() // layout.SLOT
        self._at = 0
        self._waiting = np.empty(0, TIMES_DTYPE)
        """Times that have not come."""

        self.read_ns = 0
        """When the newest happened that was read, here or in the chunks before; 0 where nothing was."""

        self._holes: list[int] = []
        self._hole_since = 0.0

    @property
    def is_read(self) -> bool:
        """Whether each of its slots was there, or will be looked for again."""
        return self._at >= self._length > 0

    @property
    def is_done(self) -> bool:
        """Whether nothing more can come from it."""
        return self.is_read and not len(self._waiting) and not self._holes

    @property
    def at(self) -> int:
        """How many of its slots were read."""
        return self._at

    def read(self, *, is_last_look: bool) -> Array:
        """Slots that came since. is_last_look: the process is gone. Raises Damaged."""
        self._length = max(self._length, self._file.size() // layout.SLOT)
        marks = self._slots(self._at, min(AT_ONCE, self._length - self._at))["what"] != 0
        count = len(marks) if marks.all() else int(np.argmin(marks))
        found = [self._late()]
        if count:
            if SETTLE_S:
                threading.Event().wait(SETTLE_S)
            found.append(self._taken(self._at, count))
            self.read_ns = max(self.read_ns, newest_ns(found[-1]))
            self._at += count
            self._hole_since = 0.0
        elif marks.any() and self._is_hole(is_last_look):
            self._holes.append(self._at)
            self._at += 1
        return np.concatenate(found)

    def times(self) -> tuple[Array, Array]:
        """Which awaited times came since, and what they are."""
        waiting = self._waiting
        if not len(waiting):
            return waiting, np.empty(0, np.int64)
        words = waiting["word"]
        low, high = int(words.min()), int(words.max())
        if len(words) <= _FEW:
            times = np.concatenate([self._words(int(word), 1) for word in words])
        else:
            times = self._words(low, high - low + 1)[words - low]
        came = times != 0
        self._waiting = waiting[~came]
        well = came & (times != layout.ELSEWHERE)
        return waiting[well], times[well]

    def close(self) -> None:
        """Safe to call twice."""
        self._file.close()

    def _slots(self, at: int, count: int) -> Array:
        return np.frombuffer(self._bytes(at * layout.SLOT, count * layout.SLOT), SLOT_DTYPE)

    def _words(self, at: int, count: int) -> Array:
        return np.frombuffer(self._bytes(8 * at, 8 * count), "<i8")

    def _bytes(self, at: int, count: int) -> bytes:
        data = self._file.read(at, count)
        if len(data) < count:
            raise Damaged(f"{self._file.path.name} was cut")
        return data

    def _taken(self, at: int, count: int) -> Array:
        slots = self._slots(at, count)
        known = unknown(slots)
        if known < count:
            raise Damaged(f"slot {at + known:,} of {self._file.path.name} is not one")
        self._waiting = np.concatenate([self._waiting, awaited(slots, at)])
        return slots

    def _is_hole(self, is_last_look: bool) -> bool:
        if is_last_look:
            return True
        self._hole_since = self._hole_since or time.monotonic()
        return time.monotonic() > self._hole_since + _HOLE_S

    def _late(self) -> Array:
        """Slots that were holes."""
        filled = [place for place in self._holes if self._slots(place, 1)["what"][0]]
        self._holes = [place for place in self._holes if place not in filled]
        return np.concatenate([np.empty(0, SLOT_DTYPE), *(self._taken(place, 1) for place in filled)])
