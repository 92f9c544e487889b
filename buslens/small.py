"""Most payloads are small and plain: they are copied here, without the bookkeeping that a whole walk needs.

What is copied here a walk would copy the same, but for odd numbers, which packing sees to. benchmarks/emit_overhead.py
guards what it saves.
"""

from __future__ import annotations

from typing import Any

from buslens.limits import Limits

_ITEMS = 256
_LETTERS = 4096
_DEPTH = 4

NOT_SMALL = object()
"""In the place of a copy: the value is something else."""


class SmallCopy:
    """Copies one dict, list, tuple or string of nothing else but those, numbers and None."""

    __slots__ = ("_items", "_letters", "_started_with", "deep")

    def __init__(self, limits: Limits) -> None:
        self._items = min(_ITEMS, limits.items - 1)
        self._letters = min(_LETTERS, limits.text, limits.total)
        self._started_with = self._letters + 64 * self._items
        self.deep = min(_DEPTH, limits.depth) - 1
        """Containers that may lie inside of one."""

    def copy(self, value: Any, deep: int) -> Any:
        """A copy that nobody else can change, or NOT_SMALL where the value is larger or holds other types.

        deep: levels left.
        """
        kind = type(value)
        if kind is dict:
            if len(value) > self._items:
                return NOT_SMALL
            kept: Any = value.copy()
            self._items -= len(kept)
            for key, item in kept.items():
                if type(key) is not str:
                    return NOT_SMALL
                self._letters -= len(key)
                kind = type(item)
                if kind is str:
                    self._letters -= len(item)
                elif not (kind is int or kind is float or kind is bool or item is None):
                    kept[key] = inner = self.copy(item, deep - 1) if deep > 0 else NOT_SMALL
                    if inner is NOT_SMALL:
                        return NOT_SMALL
        elif kind is list or kind is tuple:
            if len(value) > self._items:
                return NOT_SMALL
            kept = list(value)
            self._items -= len(kept)
            for at, item in enumerate(kept):
                kind = type(item)
                if kind is str:
                    self._letters -= len(item)
                elif not (kind is int or kind is float or kind is bool or item is None):
                    kept[at] = inner = self.copy(item, deep - 1) if deep > 0 else NOT_SMALL
                    if inner is NOT_SMALL:
                        return NOT_SMALL
        elif kind is str:
            kept = value
            self._letters -= len(value)
        else:
            return NOT_SMALL
        return kept if self._letters >= 0 else NOT_SMALL

    def size(self) -> int:
        """Characters and values that the copies keep in memory, roughly."""
        return self._started_with - self._letters - 64 * self._items
