"""The columns of the Listeners tab: texts, keys to sort by, and the bar of each subscription."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.why.lifetimes import Lifetimes
from ui.number_text import moment
from ui.panels.problems.evidence import where
from ui.panels.tables.lifetime_bar import Bar
from ui.table_model import Column

BAR = 2
"""The column of the bars."""


class LifetimeColumns:
    """Of what was found last; texts are made for the rows on the screen."""

    def __init__(self) -> None:
        self.found: Lifetimes | None = None
        """None where nobody has looked yet."""

    def all(self) -> tuple[Column, ...]:
        """From left to right."""
        return (
            Column("Handler", 26, self._handler, self._handlers),
            Column("Event", 20, self._event, self._events),
            Column("Over the Capture", 40, _no_text, tip="From when to when; amber where the receiver was collected"),
            Column("Since", 12, self._since, self._sinces, number=True, tip="Seconds since the capture began"),
            Column("Until", 12, self._until, self._untils, number=True),
            Column("Why It Ended", 30, self._ended),
            Column("Subscribed At", 24, self._at, tip="Enter or a double click opens the place in the code"),
        )

    def bar_of(self, row: int) -> Bar | None:
        """The bar of a row, None where there is no such row."""
        found = self.found
        if found is None or not 0 <= row < len(found.rows):
            return None
        left, right = _share(found, found.since(row)), _share(found, found.until(row))
        at = None if found.at_ns is None else _share(found, found.at_ns)
        return Bar(left, right, found.rows[row].until_ns is not None, found.died(row), at)

    def _of(self) -> Lifetimes:
        if self.found is None:
            raise IndexError("nothing was found")
        return self.found

    def _handler(self, row: int) -> str:
        return self._of().handler(row)

    def _handlers(self) -> npt.NDArray[Any]:
        return np.array([self._of().handler(row) for row in self._rows()], object)

    def _event(self, row: int) -> str:
        return self._of().event(row)

    def _events(self) -> npt.NDArray[Any]:
        return np.array([self._of().event(row) for row in self._rows()], object)

    def _since(self, row: int) -> str:
        since = self._of().rows[row].since_ns
        return "before" if since is None else moment(since - self._of().span_ns[0])

    def _sinces(self) -> npt.NDArray[Any]:
        return np.array([self._of().since(row) for row in self._rows()], np.int64)

    def _until(self, row: int) -> str:
        until = self._of().rows[row].until_ns
        return "" if until is None else moment(until - self._of().span_ns[0])

    def _untils(self) -> npt.NDArray[Any]:
        return np.array([self._of().until(row) for row in self._rows()], np.int64)

    def _ended(self, row: int) -> str:
        return self._of().ended(row)

    def _at(self, row: int) -> str:
        return where(self._of().place(row))

    def _rows(self) -> range:
        return range(len(self.found.rows) if self.found is not None else 0)


def _share(found: Lifetimes, time_ns: int) -> float:
    """A time as a share of the trace's, 0 to 1."""
    first, last = found.span_ns
    return min(1.0, max(0.0, (time_ns - first) / max(1, last - first)))


def _no_text(_row: int) -> str:
    return ""
