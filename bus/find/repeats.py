"""Rows that say the same, as one with a number: those in a row, or all that are alike wherever they stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.find.ordering import order
from bus.trace.trace import Trace

Array = npt.NDArray[Any]

IN_A_ROW, ALIKE = "in a row", "alike"
MODES = (IN_A_ROW, ALIKE)


def likeness(trace: Trace, table: str, rows: Array) -> Array:
    """A number for each row; rows with the same event, outcome, and of calls the same handler, have the same."""
    dispatches, calls = trace.dispatches, trace.calls
    if table == "dispatches":
        return _together(trace.events.firsts(dispatches.event[rows]), dispatches.outcome[rows])
    causes = dispatches.rows_of(calls.dispatch[rows])
    events = np.append(dispatches.event, dispatches.event.dtype.type(0))[causes]  # the last: an unknown dispatch
    return _together(trace.events.firsts(events), calls.handler[rows], calls.outcome[rows])


class Repeats:
    """The rows of a table, in their order, each group told by its first."""

    def __init__(self, rows: Array, likeness: Array, mode: str) -> None:
        self._rows = rows
        # Places of the rows, group after group; in a row they stand like that already.
        self._places = None if mode == IN_A_ROW else order(likeness)
        sorted_ = likeness if self._places is None else likeness[self._places]
        begins = np.flatnonzero(np.append(np.ones(min(1, len(rows)), bool), sorted_[1:] != sorted_[:-1]))
        ends = np.append(begins[1:], len(rows))
        heads = begins if self._places is None else self._places[begins]
        by_place = np.argsort(heads, kind="stable")
        self._begins, self._ends, self._heads = begins[by_place], ends[by_place], heads[by_place]

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self._heads)

    def shown(self, open_heads: Collection[int]) -> tuple[Array, Array]:
        """The rows to show and how many each stands for: 0 where it is one of an open group.

        open_heads: rows of the trace whose groups show all their rows.
        """
        counts = self._ends - self._begins
        heads = self._rows[self._heads]
        opened = np.flatnonzero(np.isin(heads, list(open_heads)) & (counts > 1))
        rows, numbers, at = [], [], 0
        for group in opened.tolist():
            inside = slice(int(self._begins[group]), int(self._ends[group]))
            members = self._rows[inside] if self._places is None else self._rows[self._places[inside]]
            rows += [heads[at : group + 1], members]
            numbers += [counts[at : group + 1], np.zeros(len(members), np.int64)]
            at = group + 1
        return np.concatenate([*rows, heads[at:]]), np.concatenate([*numbers, counts[at:]])


def _together(*columns: Array) -> Array:
    """Several small numbers as one."""
    code = columns[0].astype(np.int64)
    for column in columns[1:]:
        most = int(column.max(initial=0)) + 1
        if int(code.max(initial=0)) >= (1 << 62) // most:  # names that no recorder gives: numbered anew
            code = np.unique(code, return_inverse=True)[1]
        code *= most
        code += column
    return code
