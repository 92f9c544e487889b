"""One tab of the tables: rows of the trace that the filter leaves, in the order that the person asked for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bus.session import Session
from bus.trace import Trace
from bus.trace import rows as trace_rows
from ui.filter_state import FilterState
from ui.finding import Finding
from ui.jobs import LatestJob
from ui.panels.tables_text import shown_of
from ui.panels.tables_view import RecordTable
from ui.table_model import Column, Rows, TableModel, sorted_rows
from ui.theme import ThemeSource

Keys = npt.NDArray[Any]

_SORTED_AT_ONCE = 200_000
"""Rows that are sorted within a frame; more are sorted on another thread."""

_SHARE = 10
"""Finding the rows again may take one part in this many of the Qt thread's time."""

_AFTER_SORT_MS = 500
"""New records do not void a sort that is under way, or it would never end."""

_UNSEEN_S = 0.25
"""A tab that nobody sees needs only its count."""


class RowsTab(QWidget):
    """Keeps a RecordTable in step with the trace, the filter and the order."""

    chosen = Signal(int)
    menu_wanted = Signal(int, QPoint)
    counts_changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        table: str,
        columns: Sequence[Column],
        session: Session,
        filter_state: FilterState,
        themes: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._session = session
        self._filter = filter_state
        self._order: tuple[int, bool] | None = None
        self._chosen_row = -1
        self._not_before = 0.0
        self.shown = self.total = 0
        self.model = TableModel(columns, themes, self)
        self.view = RecordTable(self.model, themes, table.capitalize(), self)
        self.view.chosen.connect(self.chosen)
        self.view.menu_wanted.connect(self.menu_wanted)
        self.view.order_wanted.connect(self._order_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh_now)
        self._finding = Finding(session, self)
        self._finding.found.connect(self._found_elsewhere)
        self._finding.failed.connect(self.failed)
        self._sorting: LatestJob | None = None
        self._sorted_trace: Trace | None = None
        self._nothing_yet = self._nothing_matches = ""

    @property
    def shown_text(self) -> str:
        """How much the filter leaves."""
        return shown_of(self.shown, self.total)

    def set_hints(self, nothing_yet: str, nothing_matches: str) -> None:
        """What an empty table says, depending on why it is empty."""
        self._nothing_yet, self._nothing_matches = nothing_yet, nothing_matches

    def refresh(self) -> None:
        """New records came: find the rows again, but not so often that the window suffers."""
        wait = self._not_before - time.monotonic()
        if self._sorting is not None or self._finding.busy:
            self._later.start(_AFTER_SORT_MS)
        elif wait <= 0:
            self.refresh_now()
        elif not self._later.isActive():
            self._later.start(int(wait * 1000) + 1)

    def refresh_now(self) -> None:
        """Find the rows again whatever it costs: the person changed filter or order."""
        self._later.stop()
        if self._filter.active and self._finding.pays:
            self._finding.start(Look(self._table, self._filter.filter))
            return  # the old rows stay until the new ones are there
        self._finding.forget()
        began = time.monotonic()
        self.total, found = Look(self._table, self._filter.filter)(self._session.trace)
        self._show_in_order(found)
        took = time.monotonic() - began
        least = 0.0 if self.isVisible() else _UNSEEN_S
        self._not_before = time.monotonic() + max(took * (_SHARE - 1), least)

    def choose(self, trace_row: int, *, scroll: bool) -> None:
        """Highlight the row that is selected elsewhere, -1 for none."""
        self._chosen_row = trace_row
        self.view.mark(trace_row, scroll=scroll)

    def _found_elsewhere(self, result: tuple[int, Rows]) -> None:
        self.total, found = result
        self._show_in_order(found)

    def _show_in_order(self, found: Rows) -> None:
        self._forget_sort()
        column = self.model.columns[self._order[0]] if self._order else None
        if column is None or column.key is None or self._order is None:
            self._show(found)
        elif len(found) <= _SORTED_AT_ONCE:
            self._show(sorted_rows(found, column.key(), descending=self._order[1]))
        else:
            # A copy: the trace's own columns may grow while another thread sorts.
            self._sort_elsewhere(found, np.array(column.key()), self._order[1])

    def _sort_elsewhere(self, found: Rows, keys: Keys, descending: bool) -> None:
        """On a thread that lives as long as this sort."""
        self._sorting = LatestJob(self)
        self._sorting.done.connect(self._sorted)
        self._sorting.failed.connect(self.failed)
        self._sorted_trace = self._session.trace
        self._sorting.start(_sort, found, keys, descending)

    def _sorted(self, found: Rows) -> None:
        self._forget_sort()
        if self._sorted_trace is self._session.trace:
            self._show(found)
        else:
            self.refresh_now()

    def _forget_sort(self) -> None:
        if self._sorting is not None:
            self._sorting.close()
            self._sorting.deleteLater()
            self._sorting = None

    def _show(self, found: Rows) -> None:
        self.shown = len(found)
        self.view.hint = self._nothing_matches if self._filter.active and self.total else self._nothing_yet
        self.view.show_rows(found, self._chosen_row)
        self.counts_changed.emit()

    def _order_wanted(self, column: int, descending: bool) -> None:
        self._order = (column, descending) if column >= 0 else None
        self.refresh_now()


class Look:
    """Finds the rows of a table that a filter leaves; on whatever thread."""

    def __init__(self, table: str, wanted: trace_rows.Filter) -> None:
        self._table, self._wanted = table, wanted

    def __call__(self, trace: Trace) -> tuple[int, Rows]:
        """How many rows there are, and which are left."""
        everything = trace_rows.rows(trace, self._table, trace_rows.parse(""), None)
        if not self._wanted:
            return len(everything), everything
        return len(everything), trace_rows.rows(trace, self._table, self._wanted, None)


def _sort(found: Rows, keys: Keys, descending: bool) -> Rows:
    return sorted_rows(found, keys, descending=descending)
