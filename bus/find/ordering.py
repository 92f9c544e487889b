"""Rows in the order of a column: of ten million in well under a second, equal ones as they were recorded.

NumPy's stable sort of numbers with their places takes twice as long as a sort of both packed into one word, and two
halves are sorted on two cores (measured: benchmarks/table_rows.py). What is narrow enough NumPy sorts by counting.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_SHORT = 65_536
"""Fewer are sorted before a second thread has begun."""

_COUNTED = 2
"""Bytes of a number that NumPy sorts by counting."""

_WORD = 64
_KEPT = 4
"""Orders of whole tables that are remembered: 40 MB each at ten million rows."""


def order(keys: Array, *, descending: bool = False) -> Array:
    """Places of the keys from the lowest to the highest; equal ones keep their order in both directions."""
    count = len(keys)
    if count < 2:
        return np.arange(count)
    if _ascends(keys):
        if not descending or keys[0] == keys[-1]:
            return np.arange(count)
        if keys.dtype.itemsize > _COUNTED:
            return _backwards(keys)
    if keys.dtype.kind not in "iu" or keys.dtype.itemsize <= _COUNTED:
        return _by_numpy(keys, descending)
    low, high = int(keys.min()), int(keys.max())
    bits = (count - 1).bit_length()
    if (high - low).bit_length() <= 16:
        return _by_numpy(_above(keys, low).astype(np.uint16), descending)
    if (high - low).bit_length() + bits > _WORD or high >= 1 << 63:
        return _by_numpy(keys, descending)
    words = np.empty(count, np.uint64)
    pack = partial(_pack, keys, words, bits, high if descending else low, descending=descending)
    if count < _SHORT:
        pack(0, count)
        words.sort()
    else:
        halves = ((0, count // 2), (count // 2, count))
        with ThreadPoolExecutor(1, "sort") as other:
            beside = other.submit(_pack_and_sort, pack, words, *halves[1])
            _pack_and_sort(pack, words, *halves[0])
            beside.result()
        words.sort(kind="stable")  # which merges what is sorted already
    words &= np.uint64((1 << bits) - 1)
    return words.view(np.int64)


class OrderCache:
    """Orders of whole tables, kept until the trace changes. Any thread may ask, also for the trace as it was before."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, Array] = OrderedDict()
        self._state: object = None
        self._lock = threading.Lock()

    def find(self, state: object, name: object, *, descending: bool) -> Array | None:
        """All rows by this column, where that is known. state: of the trace; what is known of another is forgotten."""
        with self._lock:
            if state != self._state:
                self._kept.clear()
                self._state = state
            found = self._kept.get((name, descending))
            if found is not None:
                self._kept.move_to_end((name, descending))
            return found

    def sort(self, state: object, name: object, keys: Array, *, descending: bool) -> Array:
        """All rows by this column, and remember it unless somebody has asked for another state meanwhile."""
        placed = order(keys, descending=descending).astype(np.uint32)
        with self._lock:
            if state == self._state:
                self._kept[name, descending] = placed
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return placed


def _ascends(keys: Array) -> bool:
    earlier, later = keys[:-1], keys[1:]
    return bool((earlier[:_SHORT] <= later[:_SHORT]).all() and (earlier <= later).all())


def _backwards(keys: Array) -> Array:
    """Turn ascending keys around: the last comes first, but of equal ones the first stays first.

    Few are equal, mostly.
    """
    count = len(keys)
    placed = np.arange(count)[::-1].copy()
    same = np.zeros(count + 1, bool)
    same[1:-1] = keys[1:] == keys[:-1]
    tied = np.flatnonzero(same[:-1] | same[1:])
    if len(tied):
        begins = ~same[tied]
        group = np.cumsum(begins) - 1
        start, length = tied[begins][group], np.bincount(group)[group]
        placed[count - length - 2 * start + tied] = tied
    return placed


def _by_numpy(keys: Array, descending: bool) -> Array:
    if not descending:
        return np.argsort(keys, kind="stable")
    if keys.dtype.kind == "u":
        return np.argsort(np.asarray(keys.max() - keys), kind="stable")
    # Reversed twice, so that equal keys keep their order.
    return np.asarray(len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1])


def _above(keys: Array, low: int) -> Array:
    return np.asarray(np.subtract(keys, keys.dtype.type(low)))


def _pack_and_sort(pack: Callable[[int, int], None], words: Array, start: int, end: int) -> None:
    pack(start, end)
    words[start:end].sort()


def _pack(keys: Array, words: Array, bits: int, edge: int, start: int, end: int, *, descending: bool) -> None:
    """Key and place in one word, from the lower edge up, or from the upper edge down."""
    part, room = keys[start:end], words[start:end]
    limit = part.dtype.type(edge)
    room[:] = (limit - part) if descending else (part - limit)
    room <<= np.uint64(bits)
    room |= np.arange(start, end, dtype=np.uint64)
