"""What names of events have in common: an event that is emitted on several buses has a name id for each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.name_map import NameMap
from bus.trace.names import Names
from buslens.records import NameKind


class Events:
    """Name ids of events, each mapped to the first one with the same text, or to its bus."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._first: NameMap | None = None
        """None where no two names have one text, as in every capture of one bus: then nothing is looked up."""

        self._bus = NameMap({}, other=0)
        self._known = -1
        self._many_buses = False
        self._order: list[int] = []
        self._named_buses: list[int] = []

    @property
    def order(self) -> list[int]:
        """The first id of each event, in the order in which they came up."""
        self._update()
        return self._order

    @property
    def named_buses(self) -> list[int]:
        """Name ids of the buses that have an event."""
        self._update()
        return self._named_buses

    def firsts(self, events: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The first id with the text of each of these: the same for one event, whatever bus it is on."""
        self._update()
        return events if self._first is None else self._first.of(events)

    def buses(self, events: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Name id of the bus that each of these is on, 0 where unknown."""
        self._update()
        return self._bus.of(events)

    @property
    def many_buses(self) -> bool:
        """Whether there is anything to tell apart: events of more than one bus."""
        self._update()
        return self._many_buses

    def _update(self) -> None:
        names = self._names
        if len(names) == self._known:
            return
        self._known = len(names)
        ids = names.ids(NameKind.EVENT)
        first: dict[str, int] = {}
        firsts = {ident: first.setdefault(names.text(ident), ident) for ident in ids}
        self._first = NameMap(firsts) if len(first) < len(ids) else None
        self._order = list(first.values())
        buses = {ident: names.bus(ident) for ident in ids}
        self._bus = NameMap(buses, other=0)
        self._many_buses = len(set(buses.values())) > 1
        self._named_buses = [bus for bus in dict.fromkeys(buses.values()) if bus]
