"""Room for a column to grow in: pages of memory that cost nothing until something is written to them.

A long array lies in an anonymous mapping many times its size, so that growing copies nothing and views stay valid;
doubling would copy all of it time and again, and waste up to half.
"""

from __future__ import annotations

import mmap
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FIRST = 32
SHORT = 65_536
"""Up to so many values an array is small: it doubles."""

AHEAD = 16
"""A long array reserves so many times what it needs."""

_MAPS = sys.platform != "win32"  # where a mapping counts as used from the beginning
_NO_RESERVE = 0x4000 if sys.platform == "linux" else 0
"""MAP_NORESERVE, which Python names from 3.12 on: the system need not set memory apart for all of it."""


def reserved(length: int, dtype: npt.DTypeLike) -> Array:
    """An array of zeros of at least this length, with room to grow."""
    size = np.dtype(dtype).itemsize
    if length > SHORT and _MAPS:
        try:
            return np.frombuffer(_mapped(AHEAD * length * size), dtype)
        except (OSError, ValueError, OverflowError):
            pass  # a system that counts what is reserved as used
    return np.zeros(max(FIRST, 2 * length if length <= SHORT else length + length // 4), dtype)


def used_bytes(array: Array, length: int) -> int:
    """Memory of an array of which so much is in use, room to grow included."""
    if len(array) <= 2 * SHORT or not _MAPS or array.base is None:
        return array.nbytes
    return -(-length * array.itemsize // mmap.PAGESIZE) * mmap.PAGESIZE


def _mapped(size: int) -> mmap.mmap:
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE)
