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

_UNGROUPED = 8_192
"""Rows that wait to be grouped; looking through so many takes some microseconds."""


class Columns:
    """Named columns of one length."""

    def __init__(self, **dtypes: npt.DTypeLike) -> None:
        self._room: dict[str, Array] = {name: np.empty(256, dtype) for name, dtype in dtypes.items()}
        self._length = 0
        self._numbers: Array = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._length

    def numbers(self) -> Array:
        """0, 1, 2 and so on for every row: made once, because an empty filter asks for them at every frame."""
        if len(self._numbers) < self._length:
            self._numbers = np.arange(max(256, self._length + self._length // 2), dtype=np.int64)
            self._numbers.flags.writeable = False
        return self._numbers[: self._length]

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
    def row_bytes(self) -> int:
        """Memory of one row."""
        return sum(room.itemsize for room in self._room.values())

    @property
    def nbytes(self) -> int:
        """Memory of all columns, room to grow included."""
        return sum(room.nbytes for room in self._room.values())


class Index:
    """Rows by id. While the ids of a column ascend it needs nothing of its own; otherwise it keeps them sorted."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        """Whose `id` is indexed."""
        self._last = -1
        self._sorted: Columns | None = None
        """Made at the first id that does not ascend."""
        self._tail_ids: Array = np.empty(0, np.uint64)
        self._tail_rows: Array = np.empty(0, np.int64)

    def add(self, ids: Array, rows: Array) -> None:
        """Take in rows that were just appended. Where an id comes twice the first row keeps it."""
        if not len(ids):
            return
        ascending = bool(np.all(ids[1:] > ids[:-1])) and int(ids[0]) > self._last
        self._last = max(self._last, int(ids[-1]) if ascending else int(ids.max()))
        if self._sorted is None:
            if ascending:
                return
            known = int(rows[0])
            self._sorted = Columns(id=np.uint64, row=np.int64)
            self._sorted.append(known, id=self._columns.view("id")[:known], row=np.arange(known))
        if ascending and not len(self._tail_ids):
            self._sorted.append(len(ids), id=ids, row=rows)
            return
        # Stable: of equal ids the older one stays first, and is the one that a search from the left finds.
        tail = np.concatenate([self._tail_ids, ids])
        order = np.argsort(tail, kind="stable")
        self._tail_ids, self._tail_rows = tail[order], np.concatenate([self._tail_rows, rows])[order]
        if len(tail) > max(_TAIL, len(self._sorted) // 8):
            self._merge(self._sorted)

    def rows(self, ids: Array) -> Array:
        """The row of each id, -1 where it is unknown."""
        ids = np.asarray(ids, np.uint64)
        if self._sorted is None:
            return _lookup(self._columns.view("id"), None, ids)
        found = _lookup(self._sorted.view("id"), self._sorted.view("row"), ids)
        if len(self._tail_ids):
            found = np.where(found < 0, _lookup(self._tail_ids, self._tail_rows, ids), found)
        return found

    def row(self, ident: int) -> int:
        """The row of one id, -1 where it is unknown."""
        if not 0 <= ident < 1 << 64:
            return -1
        return int(self.rows(np.array([ident], np.uint64))[0])

    def _merge(self, known: Columns) -> None:
        ids = np.concatenate([known.view("id"), self._tail_ids])
        rows = np.concatenate([known.view("row"), self._tail_rows])
        order = np.argsort(ids, kind="stable")
        self._sorted = Columns(id=np.uint64, row=np.int64)
        self._sorted.append(len(ids), id=ids[order], row=rows[order])
        self._tail_ids, self._tail_rows = np.empty(0, np.uint64), np.empty(0, np.int64)


class Groups:
    """Rows that share a value of a column, such as the calls of one dispatch. Made when first asked for.

    Rows that came since the last merge are looked through one by one; there are few of them beside the rest.
    """

    def __init__(self, columns: Columns, name: str) -> None:
        self._columns = columns
        self._name = name
        self._keys: Array = np.empty(0, np.uint64)
        self._rows: Array = np.empty(0, np.uint32)

    def rows(self, key: int) -> Array:
        """Rows with this value, ascending."""
        column = self._columns.view(self._name)
        known = len(self._keys)
        if len(column) - known > max(_UNGROUPED, known // 8):
            self._merge(column)
            known = len(column)
        wanted = np.uint64(key)
        first, last = (int(np.searchsorted(self._keys, wanted, side)) for side in ("left", "right"))
        late = np.flatnonzero(column[known:] == wanted) + known
        return np.concatenate([self._rows[first:last].astype(np.int64), late])

    def _merge(self, column: Array) -> None:
        known = len(self._keys)
        new = column[known:]
        order = np.argsort(new, kind="stable")
        rows = (order + known).astype(np.uint32)
        if not known:
            self._keys, self._rows = new[order], rows
            return
        at = np.searchsorted(self._keys, new[order], "right")
        self._keys, self._rows = np.insert(self._keys, at, new[order]), np.insert(self._rows, at, rows)


def _lookup(known: Array, rows: Array | None, ids: Array) -> Array:
    """The row of each id among ascending ones; where `rows` is None the places are the rows."""
    if not len(known):
        return np.full(len(ids), -1, np.int64)
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[at] == ids, at if rows is None else rows[at], -1)
