"""Columns that grow at their end, and the index that finds a row by its id.

What views read are NumPy views of what is there, valid until the next append.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_TAIL = 65_536
"""Ids that wait unmerged; merging them into the sorted rest costs a pass over all."""


class Columns:
    """Named columns of one length."""

    def __init__(self, **dtypes: npt.DTypeLike) -> None:
        self._room: dict[str, Array] = {name: np.empty(256, dtype) for name, dtype in dtypes.items()}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def view(self, name: str) -> Array:
        """What the column holds now."""
        return self._room[name][: self._length]

    def append(self, count: int, **values: Any) -> slice:
        """Append `count` rows; columns that are not named get zeros. Returns where they lie."""
        start, end = self._length, self._length + count
        for name, room in self._room.items():
            if end > len(room):
                larger = np.empty(max(end, 2 * len(room)), room.dtype)
                larger[:start] = room[:start]
                self._room[name] = room = larger
            room[start:end] = values.get(name, 0)
        self._length = end
        return slice(start, end)

    @property
    def nbytes(self) -> int:
        """Memory of all columns, room to grow included."""
        return sum(room.nbytes for room in self._room.values())


class Index:
    """Rows by id. Ids mostly ascend; those that do not wait in a tail that is merged now and then."""

    def __init__(self) -> None:
        self._sorted = Columns(id=np.uint64, row=np.int64)
        self._tail_ids: Array = np.empty(0, np.uint64)
        self._tail_rows: Array = np.empty(0, np.int64)

    def add(self, ids: Array, rows: Array) -> None:
        """Take in new rows. Where an id comes twice the first row keeps it."""
        if not len(ids):
            return
        if len(ids) > 1 and not bool(np.all(ids[1:] > ids[:-1])):
            ids, first = np.unique(ids, return_index=True)
            rows = rows[first]
        known = self._sorted.view("id")
        if not len(self._tail_ids) and (not len(known) or ids[0] > known[-1]):
            self._sorted.append(len(ids), id=ids, row=rows)
            return
        # Stable: of equal ids the older one stays first, and is the one that a search from the left finds.
        tail = np.concatenate([self._tail_ids, ids])
        order = np.argsort(tail, kind="stable")
        self._tail_ids, self._tail_rows = tail[order], np.concatenate([self._tail_rows, rows])[order]
        if len(tail) > max(_TAIL, len(known) // 8):
            self._merge()

    def rows(self, ids: Array) -> Array:
        """The row of each id, -1 where it is unknown."""
        ids = np.asarray(ids, np.uint64)
        found = _lookup(self._sorted.view("id"), self._sorted.view("row"), ids)
        if len(self._tail_ids):
            found = np.where(found < 0, _lookup(self._tail_ids, self._tail_rows, ids), found)
        return found

    def row(self, ident: int) -> int:
        """The row of one id, -1 where it is unknown."""
        if not 0 <= ident < 1 << 64:
            return -1
        return int(self.rows(np.array([ident], np.uint64))[0])

    def _merge(self) -> None:
        ids = np.concatenate([self._sorted.view("id"), self._tail_ids])
        rows = np.concatenate([self._sorted.view("row"), self._tail_rows])
        order = np.argsort(ids, kind="stable")
        self._sorted = Columns(id=np.uint64, row=np.int64)
        self._sorted.append(len(ids), id=ids[order], row=rows[order])
        self._tail_ids, self._tail_rows = np.empty(0, np.uint64), np.empty(0, np.int64)


def _lookup(known: Array, rows: Array, ids: Array) -> Array:
    if not len(known):
        return np.full(len(ids), -1, np.int64)
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[at] == ids, rows[at], -1)
