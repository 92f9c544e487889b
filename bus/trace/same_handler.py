"""Which handler names mean one handler: a function that listens to several events has a name id for each of them.

Or which of them are written in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.trace.name_map import NameMap
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
        self._map = NameMap({})
        self._known = -1

    def update(self, names: Names) -> None:
        """Take in the names that are new."""
        if len(names) == self._known:
            return
        self._known = len(names)
        self._first, self.order = {}, []
        firsts = {}
        for ident in names.ids(NameKind.HANDLER):
            file, line = names.place(ident)
            key = ("", file, 0) if self._by_file else (names.text(ident), file, line)
            firsts[ident] = first = self._first.setdefault(key, ident)
            if first == ident:
                self.order.append(ident)
        self._map = NameMap(firsts)

    def firsts(self, handlers: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The first id of each of these."""
        return self._map.of(handlers)
