"""Which handler names mean one handler: a function that listens to several events has a name id for each of them.

Or which of them are written in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from buslens.records import NameKind

if TYPE_CHECKING:
    from bus.trace.names import Names


class SameHandler:
    """Name ids of handlers, each mapped to the first id with the same name and place, or only the same file."""

    def __init__(self, *, by_file: bool = False) -> None:
        self._by_file = by_file
        self.order: list[int] = []
        """The first ids, in the order in which the handlers were registered or first seen."""
        self._first: dict[tuple[str, str, int], int] = {}
        self._of: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._known = -1

    def update(self, names: Names) -> None:
        """Take in the names that are new."""
        if len(names) == self._known:
            return
        self._known = len(names)
        ids = names.ids(NameKind.HANDLER)
        highest = max(ids, default=0)
        bounded = min(highest, 1_000_000)  # a hostile capture may name any id; what lies beyond stays itself
        self._of = np.arange(bounded + 1, dtype=np.int64)
        self._first, self.order = {}, []
        for ident in ids:
            file, line = names.place(ident)
            key = ("", file, 0) if self._by_file else (names.text(ident), file, line)
            first = self._first.setdefault(key, ident)
            if first == ident:
                self.order.append(ident)
            if ident <= bounded:
                self._of[ident] = first

    def firsts(self, handlers: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The first id of each of these."""
        if not len(self._of) or not len(handlers):
            return handlers.astype(np.int64)
        if int(handlers.max()) < len(self._of):
            return np.asarray(self._of[handlers])
        handlers = handlers.astype(np.int64)
        known = handlers < len(self._of)
        return np.where(known, self._of[np.where(known, handlers, 0)], handlers)
