"""Counts how often each pair of two numbers comes, over millions of rows at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DENSE = 1 << 22
"""Pairs that there can be: for so few a table of all of them is quicker than sorting those that there are."""


class Tally:
    """Rows by the pair that each of them has. Pairs are numbered, from 0; only those are there that a row has."""

    def __init__(self, first: Array, second: Array, many: int) -> None:
        """many: more than any of the numbers."""
        keys = first.astype(np.int64) * many + second
        if many * many <= DENSE:
            present = np.bincount(keys, minlength=many * many)
            found = np.flatnonzero(present)
            number = np.zeros(many * many, np.int64)
            number[found] = np.arange(len(found))
            self.number, self.counts = number[keys], present[found]
        else:
            found, self.number = np.unique(keys, return_inverse=True)
            self.counts = np.bincount(self.number, minlength=len(found))
        """`number`: the pair of each row; `counts`: rows of each pair."""

        self.first, self.second = found // many, found % many

    def __len__(self) -> int:
        return len(self.counts)

    def count(self, rows: Array) -> Array:
        """How many of these rows each pair has. rows: numbers of rows, or a mask."""
        return np.bincount(self.number[rows], minlength=len(self))

    def newest(self, ids: Array, rows: Array | None = None) -> Array:
        """The id of the last row of each pair, 0 for none. rows: numbers of those that count, ascending; None: all."""
        found = np.zeros(len(self), np.uint64)
        if rows is None:
            found[self.number] = ids  # of several values for one place NumPy keeps the last one
        else:
            found[self.number[rows]] = ids[rows]
        return found
