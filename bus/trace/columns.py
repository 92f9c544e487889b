"""Columns that grow at their end and lie as narrow as what they hold allows.

What views read are NumPy views of what is there: of the first rows at that time, valid for as long as they are kept.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.reserve import reserved, used_bytes

Array = npt.NDArray[Any]

_NARROW = {"u": (np.uint8, np.uint16, np.uint32, np.uint64), "i": (np.int8, np.int16, np.int32)}
"""What a column of whole numbers may begin with. Times are 64 bits wide from the start."""


class Columns:
    """Named columns of one length. The types given are the widest that each may become."""

    def __init__(self, **dtypes: npt.DTypeLike) -> None:
        self._widest = {name: np.dtype(dtype) for name, dtype in dtypes.items()}
        self._room: dict[str, Array] = {
            name: reserved(0, _narrowest(dtype, 0, 0)) for name, dtype in self._widest.items()
        }
        self._length = 0
        self._numbers: tuple[Array, int] = np.empty(0, np.int64), 0
        """Room, and how many of the numbers are written there: replaced as one, because any thread may ask for them."""

    def __len__(self) -> int:
        return self._length

    def numbers(self) -> Array:
        """0, 1, 2 and so on for every row: made once, because an empty filter asks for them at every frame."""
        length = self._length
        room, written = self._numbers
        if written < length:
            if len(room) < length:
                before, room = room, reserved(length, np.int64)
                room[:written] = before[:written]
            room[written:length] = np.arange(written, length)  # whoever does so at the same time writes the same
            self._numbers = room, length
        numbers = room[:length]
        numbers.flags.writeable = False
        return numbers

    def view(self, name: str) -> Array:
        """What the column holds now."""
        return self._room[name][: self._length]

    def append(self, count: int, /, **values: Any) -> slice:
        """Append `count` rows; columns that are not named get zeros. Returns where they lie."""
        start, end = self._length, self._length + count
        for name, array in self._room.items():
            # What was never written to is zero.
            dtype = self._fitting(name, values[name]) if count and name in values else array.dtype
            if end > len(array) or dtype != array.dtype:
                self._room[name] = larger = reserved(end, dtype)
                larger[:start] = array[:start]
        self._length = end
        if count:
            for name, value in values.items():
                self._room[name][start:end] = value
        return slice(start, end)

    def append_rows(self, source: Columns, rows: Array) -> None:
        """Append these rows of another table with the same columns."""
        self.append(len(rows), **{name: array[rows] for name, array in source._room.items()})

    def put(self, name: str, rows: Array, values: Array) -> None:
        """Write to rows that are there."""
        if len(rows):
            self._widened(name, values)[rows] = values

    def add(self, name: str, rows: Array, amounts: int | Array) -> None:
        """Add to rows, as often as each is named; what would leave the widest type stays at its end."""
        if not len(rows):
            return
        low, high = int(rows.min()), int(rows.max()) + 1
        where: Any
        if high - low > 8 * len(rows) + 1024:
            where, places = np.unique(rows, return_inverse=True)
            sums = _summed(places, amounts, len(where))
        else:
            # Counting within their span is quicker than sorting.
            where, sums = slice(low, high), _summed(rows - low, amounts, high - low)
        values = self._room[name][where] + sums
        least, most = _limits(self._widest[name])
        if values.min() < least or values.max() > most:
            values = np.clip(values, least, most)
        self._widened(name, values)[where] = values

    @property
    def row_bytes(self) -> int:
        """Bytes of memory that one row takes, at the widths that columns have now."""
        return sum(array.itemsize for array in self._room.values())

    @property
    def nbytes(self) -> int:
        """Memory of all columns, room to grow included."""
        return sum(used_bytes(array, self._length) for array in self._room.values())

    def _widened(self, name: str, values: Any) -> Array:
        """The room of a column, made wide enough for these values."""
        array, dtype = self._room[name], self._fitting(name, values)
        if dtype != array.dtype:
            self._room[name] = reserved(self._length, dtype)
            self._room[name][: self._length] = array[: self._length]
        return self._room[name]

    def _fitting(self, name: str, values: Any) -> np.dtype[Any]:
        """The type that a column needs to hold these values too."""
        dtype, widest = self._room[name].dtype, self._widest[name]
        if dtype == widest:
            return dtype
        if isinstance(values, np.ndarray):
            low = 0 if values.dtype.kind == "u" else np.minimum.reduce(values)
            high = np.maximum.reduce(values)
        else:
            low = high = values
        least, most = _limits(dtype)
        if least <= low and high <= most:
            return dtype
        return _narrowest(widest, min(int(low), least), max(int(high), most))


@cache
def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return limits.min, limits.max


def _narrowest(widest: np.dtype[Any], low: int, high: int) -> np.dtype[Any]:
    """The narrowest type that holds numbers from `low` to `high`, within what the column may become."""
    if widest != np.int64:
        for each in _NARROW.get(widest.kind, ()):
            dtype = np.dtype(each)
            least, most = _limits(dtype)
            if dtype.itemsize < widest.itemsize and least <= low and high <= most:
                return dtype
    return widest


def _summed(places: Array, amounts: int | Array, count: int) -> Array:
    """What comes together at each of `count` places."""
    if isinstance(amounts, int):
        return amounts * np.bincount(places, minlength=count)
    return np.bincount(places, weights=amounts, minlength=count).astype(np.int64)
