"""Name ids, each mapped to another number, for whole columns at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_HIGHEST = 1_000_000
"""A hostile capture may name any id; what lies beyond is as if it were not known."""


class NameMap:
    """A table that is looked up. What is not in it stays itself, or becomes `other`."""

    def __init__(self, pairs: Mapping[int, int], *, other: int | None = None) -> None:
        highest = min(max(pairs, default=-1), _HIGHEST)
        self._other = other
        self._of = np.arange(highest + 1, dtype=np.int64) if other is None else np.full(highest + 1, other, np.int64)
        known = [(ident, to) for ident, to in pairs.items() if ident <= highest]
        if known:
            idents, to = zip(*known, strict=True)
            self._of[list(idents)] = to

    def of(self, idents: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """What each of these is mapped to."""
        if not len(idents):
            return idents.astype(np.int64)
        if int(idents.max()) < len(self._of):
            return np.asarray(self._of[idents])
        idents = idents.astype(np.int64)
        rest = idents if self._other is None else np.full(len(idents), self._other, np.int64)
        if not len(self._of):
            return rest
        known = idents < len(self._of)
        return np.where(known, self._of[np.where(known, idents, 0)], rest)
