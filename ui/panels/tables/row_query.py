"""Finds the rows of a table: what the filter leaves, in the order that the person asked for; on whatever thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.find import rows as trace_rows
from bus.find.ordering import OrderCache, order
from bus.find.repeats import Repeats, likeness
from bus.trace import Trace
from ui.table_model import Rows

Keys = npt.NDArray[Any]

_FEW = 4
"""Where a filter leaves less than one row in this many, those are sorted; else all are, once, and then picked."""


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The column by which a table is sorted, and its direction."""

    column: int
    keys: Callable[[], Keys]
    """One for each row of the trace."""

    descending: bool


@dataclass(frozen=True, slots=True)
class FoundRows:
    """The rows of a table, found and sorted."""

    total: int
    """How many there are without the filter."""

    rows: Rows
    repeats: Repeats | None
    """Which of them say the same; None where nobody asked."""


class RowQuery:
    """One search for the rows of a table; `orders` remembers what takes long."""

    def __init__(
        self,
        table: str,
        wanted: trace_rows.Filter,
        order: SortOrder | None,
        orders: OrderCache,
        grouped: str = "",
        most_payloads: int | None = None,
    ) -> None:
        """most_payloads: bytes of payloads to look through for the filter; None: all."""
        self._most_payloads = most_payloads
        self._table, self._wanted, self._order, self._orders = table, wanted, order, orders
        self._grouped = grouped

    def __call__(self, trace: Trace) -> FoundRows | Sorting:
        """What needs the trace to stand still: the rows, or what sorts them without it."""
        everything = trace_rows.rows(trace, self._table, trace_rows.parse(""), None)
        found = everything
        if self._wanted:
            found = trace_rows.rows(trace, self._table, self._wanted, most_payloads=self._most_payloads)
        whole = len(trace.dispatches) if self._table == "dispatches" else len(trace.calls)
        if self._order is None and not self._grouped:
            return FoundRows(len(everything), found, None)
        sorting = Sorting(len(everything), found, self._order)
        if self._grouped:
            alike = np.empty(whole, np.int64)
            alike[found] = likeness(trace, self._table, found)
            sorting.group(alike, self._grouped)
        if self._order is None:
            pass
        elif len(found) * _FEW < whole:
            sorting.set_keys(self._order.keys()[found])
        else:
            sorting.pick_from(self._orders, (id(trace), trace.generation), whole)
        return sorting


class Sorting:
    """The second part of a row query, sorting, during which the trace may go on."""

    def __init__(self, total: int, found: Rows, order: SortOrder | None) -> None:
        self._total, self._found, self._order = total, found, order
        self._keys: Keys | None = None
        self._placed: Keys | None = None
        """All rows of the table in this order, where that is known."""

        self._whole: tuple[OrderCache, object, int] | None = None
        self._alike: Keys | None = None
        self._grouped = ""

    def set_keys(self, keys: Keys) -> None:
        """One for each row that was found."""
        self._keys = keys

    def pick_from(self, orders: OrderCache, state: object, whole: int) -> None:
        """Out of the order of all rows, which may be known already."""
        assert self._order is not None
        self._whole = orders, state, whole
        self._placed = orders.find(state, self._order.column, descending=self._order.descending)
        if self._placed is None:
            keys = self._order.keys()
            self._keys = keys if keys.base is None else keys.copy()

    def group(self, alike: Keys, mode: str) -> None:
        """Also say which rows are alike: those of the trace that have the same number here."""
        self._alike, self._grouped = alike, mode

    def __call__(self) -> FoundRows:
        """Sort the rows that were found, and group those that are alike."""
        rows = self._found if self._order is None else self._sorted(self._order)
        repeats = None if self._alike is None else Repeats(rows, self._alike[rows], self._grouped)
        return FoundRows(self._total, rows, repeats)

    def _sorted(self, by: SortOrder) -> Rows:
        if self._whole is None:
            return self._found[order(self._given(), descending=by.descending)]
        orders, state, whole = self._whole
        placed = self._placed
        if placed is None:
            placed = orders.sort(state, by.column, self._given(), descending=by.descending)
        if len(self._found) == whole:
            return placed
        left = np.zeros(whole, bool)
        left[self._found] = True
        return placed[left[placed]]

    def _given(self) -> Keys:
        assert self._keys is not None
        return self._keys
