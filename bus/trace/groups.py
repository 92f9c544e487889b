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
        self._keys: Array = np.empty(0, np.uint8)
        self._rows: Array = np.empty(0, np.uint32)

    def rows(self, key: int) -> Array:
        """Rows with this value, ascending."""
        column = self._columns.view(self._name)
        if not 0 <= key <= np.iinfo(column.dtype).max:
            return np.empty(0, np.int64)
        known = len(self._keys)
        if len(column) - known > max(_UNGROUPED, known // 8):
            self._merge(column)
            known = len(column)
        first = last = 0
        if key <= np.iinfo(self._keys.dtype).max:
            # Of the same type: a search for a wider one would copy all the keys first.
            wanted = self._keys.dtype.type(key)
            first, last = (int(np.searchsorted(self._keys, wanted, side)) for side in ("left", "right"))
        late = np.flatnonzero(column[known:] == column.dtype.type(key)) + known
        return np.concatenate([self._rows[first:last].astype(np.int64), late])

    def _merge(self, column: Array) -> None:
        known = len(self._keys)
        new = column[known:]
        order = np.argsort(new, kind="stable")
        rows = (order + known).astype(np.uint32)
        if not known:
            self._keys, self._rows = new[order], rows
            return
        keys = self._keys.astype(column.dtype, copy=False)
        at = np.searchsorted(keys, new[order], "right")
        self._keys, self._rows = np.insert(keys, at, new[order]), np.insert(self._rows, at, rows)
