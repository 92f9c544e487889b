"""Finds the rows of ids. Ids mostly ascend, and those that are asked for together mostly lie close together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.columns import Columns

Array = npt.NDArray[Any]

_TAIL = 65_536
"""Ids that wait unmerged, and how far back ids are put in order one batch at a time."""

_TOGETHER = 65_536
"""Ids that are looked for at once: so many have their neighbourhood within the processor's cache."""

_FEW = 64
"""Below this many ids a binary search for each is quicker than a table."""

_SPREAD = 4
"""How many times as long as the ids are many a table of their neighbourhood may be."""

_RECENT = 1 << 17
"""Places of the table that remembers the newest ids: more than a batch has, and within the processor's cache."""


class Index:
    """Rows by id. While the ids of a column ascend it needs nothing of its own; otherwise it keeps their order."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        """Whose `id` is indexed."""
        self._last = -1
        """The highest id so far."""
        self._order: Columns | None = None
        """Rows in the order of their ids; made at the first id that does not ascend."""
        self._tail_ids: Array = np.empty(0, np.uint64)
        self._tail_rows: Array = np.empty(0, np.int64)
        self._recent: Array = np.zeros(0, np.int32)
        """Where the newest ids probably are, by their last bits: nearly all that is asked for while records come.

        Whoever looks compares the id in that row, so that it may be read while it is written.
        """

    def add(self, ids: Array, first: int) -> None:
        """Take in rows from `first` on that were just appended. Where an id comes twice the first row keeps it."""
        if not len(ids):
            return
        ascending = int(ids[0]) > self._last and bool((ids[1:] > ids[:-1]).all())
        self._remember(ids, first, ascending=ascending)
        self._last = max(self._last, int(ids[-1]) if ascending else int(ids.max()))
        if self._order is None:
            if ascending:
                return
            self._order = Columns(row=np.uint32)
            self._order.append(first, row=np.arange(first, dtype=np.uint32))
        rows = np.arange(first, first + len(ids))
        if len(self._tail_ids):
            self._wait(self._order, ids, rows)
        elif ascending:
            self._order.append(len(ids), row=rows)
        else:
            self._sort_in(self._order, ids, rows)

    def rows(self, ids: Array) -> Array:
        """The row of each id, -1 where it is unknown."""
        ids = np.asarray(ids)
        if ids.dtype.kind != "u":
            ids = ids.astype(np.uint64)
        if len(ids) <= _TOGETHER:
            return self._remembered(ids)
        parts = (self._rows(ids[start : start + _TOGETHER]) for start in range(0, len(ids), _TOGETHER))
        return np.concatenate(list(parts))

    def row(self, ident: int) -> int:
        """The row of one id, -1 where it is unknown."""
        if not 0 <= ident < 1 << 64:
            return -1
        return int(self._rows(np.array([ident], np.uint64))[0])

    @property
    def nbytes(self) -> int:
        """Memory of it, that of the column left out."""
        order = self._order.nbytes if self._order is not None else 0
        return self._tail_ids.nbytes + self._tail_rows.nbytes + self._recent.nbytes + order

    def _remember(self, ids: Array, first: int, *, ascending: bool) -> None:
        """Only ids that are higher than all before: an older row keeps its id."""
        if not len(self._recent):
            self._recent = np.zeros(_RECENT, np.int32)
        rows = np.arange(first, first + len(ids), dtype=np.int32)
        if not ascending:
            new = np.flatnonzero(ids > max(self._last, 0))[::-1]  # backwards: of equal ids the first is written last
            ids, rows = ids[new], rows[new]
        self._recent[_places(ids)] = rows

    def _remembered(self, ids: Array) -> Array:
        """As `_rows`, which is asked only for those that are not recent."""
        if not len(self._recent):
            return self._rows(ids)
        found = self._recent[_places(ids)].astype(np.int64)
        missed = (self._columns.view("id")[found] != ids).nonzero()[0]
        if len(missed):
            found[missed] = self._rows(ids[missed])
        return found

    def _sort_in(self, order: Columns, ids: Array, rows: Array) -> None:
        """Put ids where they belong, if that is near the end; otherwise they wait for others."""
        known = order.view("row")
        low = self._bisect(np.array([ids.min()]), known)[0]
        if len(known) - low > _TAIL:
            self._wait(order, ids, rows)
            return
        late = np.concatenate([known[low:], rows.astype(np.uint32)])
        # Stable: of equal ids the older one stays first, and is the one that a search from the left finds.
        late = late[np.argsort(self._columns.view("id")[late], kind="stable")]
        order.append(len(rows), row=0)
        order.put("row", np.arange(low, len(order)), late)

    def _wait(self, order: Columns, ids: Array, rows: Array) -> None:
        tail = np.concatenate([self._tail_ids, ids.astype(np.uint64)])
        by_id = np.argsort(tail, kind="stable")
        self._tail_ids, self._tail_rows = tail[by_id], np.concatenate([self._tail_rows, rows])[by_id]
        if len(tail) <= max(_TAIL, len(order) // 8):
            return
        known = np.concatenate([order.view("row"), self._tail_rows.astype(np.uint32)])
        known = known[np.argsort(self._columns.view("id")[known], kind="stable")]
        order.append(len(self._tail_rows), row=0)
        order.put("row", np.arange(len(order)), known)
        self._tail_ids, self._tail_rows = np.empty(0, np.uint64), np.empty(0, np.int64)

    def _rows(self, ids: Array) -> Array:
        if not len(ids):
            return np.empty(0, np.int64)
        known = self._columns.view("id")
        limit = np.iinfo(known.dtype).max
        if ids.dtype.itemsize > known.dtype.itemsize and ids.max() > limit:
            found = np.full(len(ids), -1, np.int64)
            fits = np.flatnonzero(ids <= limit)
            found[fits] = self._rows(ids[fits].astype(known.dtype))
            return found
        found = self._found(ids.astype(known.dtype, copy=False), known)
        if len(self._tail_ids):
            # A row that has waited longer keeps its id.
            at = np.minimum(np.searchsorted(self._tail_ids, ids.astype(np.uint64)), len(self._tail_ids) - 1)
            found = np.where((found < 0) & (self._tail_ids[at] == ids), self._tail_rows[at], found)
        return found

    def _found(self, ids: Array, known: Array) -> Array:
        """Where each id is, by a table of the highest ones' neighbourhood, and for the others by binary search."""
        order = self._order.view("row") if self._order is not None else None
        if len(ids) < _FEW:
            return self._searched(ids, known, order)
        high = int(ids.max())
        low = max(high - _SPREAD * len(ids), int(ids.min()))
        near = ids >= low
        if near.all():
            return self._by_table(ids, low, high, known, order)
        found = np.empty(len(ids), np.int64)
        where = np.flatnonzero(near)
        found[where] = self._by_table(ids[where], low, high, known, order)
        where = np.flatnonzero(~near)
        found[where] = self._searched(ids[where], known, order)
        return found

    def _by_table(self, ids: Array, low: int, high: int, known: Array, order: Array | None) -> Array:
        first, last = (int(each) for each in self._bisect(np.array([low, high], known.dtype), order))
        last = min(last + 1, len(known) if order is None else len(order))
        table = np.full(high - low + 1, -1, np.int64)
        rows = np.arange(first, last) if order is None else order[first:last]
        there = known[first:last] if order is None else known[rows]
        if last > first and int(there[-1]) > high:
            rows, there = rows[:-1], there[:-1]
        # Backwards, so that of equal ids the first is written last.
        table[(there - there.dtype.type(low))[::-1]] = rows[::-1]
        return np.asarray(table[ids - ids.dtype.type(low)])

    def _searched(self, ids: Array, known: Array, order: Array | None) -> Array:
        count = len(known) if order is None else len(order)
        if not count:
            return np.full(len(ids), -1, np.int64)
        at = np.minimum(self._bisect(ids, order), count - 1)
        rows = at if order is None else order[at].astype(np.int64)
        return np.where(known[rows] == ids, rows, -1)

    def _bisect(self, ids: Array, order: Array | None) -> Array:
        """How many known ids are lower than each of these."""
        known = self._columns.view("id")
        if order is None:
            return np.searchsorted(known, ids)
        low, high = np.zeros(len(ids), np.int64), np.full(len(ids), len(order), np.int64)
        for _ in range(len(order).bit_length()):
            middle = np.minimum((low + high) >> 1, len(order) - 1)
            below = (known[order[middle]] < ids) & (low < high)
            low, high = np.where(below, middle + 1, low), np.where(below, high, middle)
        return low


def _places(ids: Array) -> Array:
    return np.asarray(ids.astype(np.intp) & (_RECENT - 1))
