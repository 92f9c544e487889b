"""Finds the rows that share a value of a column, such as the calls of one dispatch. Made when first asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.columns import Columns

Array = npt.NDArray[Any]

_UNGROUPED = 8_192
"""Rows that wait to be grouped; looking through so many takes some microseconds."""


class RowGroups:
    """Rows by value.

    Those that came since the last merge are looked through one by one; there are few of them beside the rest.
    """

    def __init__(self, columns: Columns, name: str) -> None:
        self._columns = columns
        self._name = name
        self._merged: tuple[Array, Array] = np.empty(0, np.uint8), np.empty(0, np.uint32)
        """Values in order, and the row of each. Replaced as a whole: several threads may read a trace that is held, and
        whoever comes first merges."""

    def rows(self, key: int) -> Array:
        """Rows with this value, ascending."""
        column = self._columns.view(self._name)
        if not 0 <= key <= np.iinfo(column.dtype).max:
            return np.empty(0, np.int64)
        keys, rows = self._merged
        if len(column) - len(keys) > max(_UNGROUPED, len(keys) // 8):
            self._merged = keys, rows = _with(keys, rows, column)
        first = last = 0
        if key <= np.iinfo(keys.dtype).max:
            # Of the same type: a search for a wider one would copy all the keys first.
            wanted = keys.dtype.type(key)
            first, last = (int(np.searchsorted(keys, wanted, side)) for side in ("left", "right"))
        known = len(keys)
        late = np.flatnonzero(column[known:] == column.dtype.type(key)) + known
        return np.concatenate([rows[first:last].astype(np.int64), late])


def _with(keys: Array, rows: Array, column: Array) -> tuple[Array, Array]:
    """Both with what the column has beyond them."""
    known = len(keys)
    new = column[known:]
    order = np.argsort(new, kind="stable")
    more = (order + known).astype(np.uint32)
    if not known:
        return new[order], more
    keys = keys.astype(column.dtype, copy=False)
    at = np.searchsorted(keys, new[order], "right")
    return np.insert(keys, at, new[order]), np.insert(rows, at, more)
