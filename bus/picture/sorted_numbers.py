"""Row numbers that ascend, such as those of all failed calls, and mostly grow at their end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bus.trace.columns import Columns

Int64s = npt.NDArray[np.int64]


class SortedNumbers:
    """Numbers in order. Adding behind the last one costs what is added, not what is there."""

    def __init__(self) -> None:
        self._columns = Columns(number=np.int64)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def values(self) -> Int64s:
        """All of them; what was asked for before stays as it was."""
        return self._columns.view("number")

    @property
    def nbytes(self) -> int:
        """Memory of them, room to grow included."""
        return self._columns.nbytes

    def add(self, more: Int64s) -> None:
        """Take in these, which may come in any order."""
        if not len(more):
            return
        more = np.sort(more)
        known = self.values
        late = int(np.searchsorted(known, more[0]))
        if late < len(known):
            behind = known[late:]
            columns, self._columns = self._columns, Columns(number=np.int64)
            self._columns.append(late, number=columns.view("number")[:late])
            more = np.sort(np.concatenate([behind, more]))
        self._columns.append(len(more), number=more)
