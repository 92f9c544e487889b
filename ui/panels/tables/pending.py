"""The Pending tab: what has not ended, since when, what it waits for as far as that is known, and who waits for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout

from bus.analysis.why.pending import Pending, pending
from bus.trace import Trace
from bus.trace.ids import id_text
from ui.number_text import count, moment, shown_of, span
from ui.pace import Pace
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.view import RecordTable
from ui.row_search import RowSearch
from ui.table_model import Column, TableModel

NOTHING = "Nothing is pending: every call has ended, and no handler waits for its turn."

_LEAST_S = 0.5
"""Between two looks while records arrive."""


class PendingTab(Tab):
    """Looked up only while it is on the screen; its rows are numbers into what was found last."""

    name = "Pending"
    tip = "What has not ended, what it waits for, and who waits for it"

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, themes = parts.session, parts.themes
        self._found: list[Pending] = []
        self._many = 0
        self._until_ns = self._begin_ns = 0
        self._order: tuple[int, bool] | None = None
        self._search = RowSearch(parts.session, self)
        self._search.found.connect(self._show)
        self._pace = Pace(self)
        self._pace.due.connect(self.refresh_now)
        self.model = TableModel(self._columns(), themes, self)
        self.view = RecordTable(self.model, themes, "Pending", self)
        self.view.set_following(False)
        self.view.hint = NOTHING
        self.view.order_wanted.connect(self._order_wanted)
        self.view.chosen.connect(self._chosen)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.view)

    @property
    def title(self) -> str:
        """How many there are stands in it, once it was looked at."""
        return f"{self.name} {count(self._many)}" if self._many else self.name

    @property
    def shown_text(self) -> str:
        """How many of them are told; "" for all."""
        return shown_of(len(self._found), self._many) if len(self._found) < self._many else ""

    def refresh_records(self) -> None:
        """New records came; look again soon, if anybody does."""
        if self.isVisible():
            self._pace.ask()

    def refresh_trace(self) -> None:
        """What was found is of another trace."""
        self._search.forget()
        self._tell([], 0, (0, 0))

    def refresh_now(self) -> None:
        """Look again, now."""
        with self._pace.measured(_LEAST_S):
            if self._search.pays or self._search.busy:
                self._search.start(_look)
            else:
                self._show(_look(self._session.trace))

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked is found now."""
        super().showEvent(event)
        self.refresh_now()

    def _show(self, found: tuple[list[Pending], int, tuple[int, int]]) -> None:
        self._tell(*found)

    def _tell(self, found: list[Pending], many: int, span_ns: tuple[int, int]) -> None:
        chosen = self.model.trace_row(self.view.currentIndex().row())
        ident = self._found[chosen].id if 0 <= chosen < len(self._found) else -1
        self._found, self._many = found, many
        self._begin_ns, self._until_ns = span_ns
        self._list(next((row for row, each in enumerate(found) if each.id == ident), -1))
        self.counts_changed.emit()

    def _list(self, chosen: int) -> None:
        rows = np.arange(len(self._found))
        self.view.show_rows(self.model.in_order(rows, self._order), chosen)

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("Since", 12, self._since, self._sinces, number=True, tip="Seconds since the capture began"),
            Column("For", 10, self._for, self._sinces, number=True, tip="Until the last record"),
            Column("What", 34, self._what),
            Column("Waits for", 70, self._waits, tip="As far as it is known; its last link says what is not"),
            Column("Who waits for it", 20, self._waiting, tip="The call that has emitted it, and has not ended either"),
        )

    def _since(self, row: int) -> str:
        return moment(self._found[row].since_ns - self._begin_ns)

    def _sinces(self) -> npt.NDArray[Any]:
        return np.array([each.since_ns for each in self._found], np.int64)

    def _for(self, row: int) -> str:
        return span(max(0, self._until_ns - self._found[row].since_ns))

    def _what(self, row: int) -> str:
        each = self._found[row]
        return f"{each.name} ({'call ' if each.kind == 'call' else ''}#{id_text(each.id)})"

    def _waits(self, row: int) -> str:
        return " ".join(reason.text for reason in self._found[row].waits_for)

    def _waiting(self, row: int) -> str:
        waiting = self._found[row].waiting
        return f"call #{id_text(waiting[1])}" if waiting is not None else ""

    def _order_wanted(self, column: int, descending: bool) -> None:
        self._order = (column, descending) if column >= 0 else None
        self._list(-1)

    def _chosen(self, row: int) -> None:
        if 0 <= row < len(self._found):
            self.item_wanted.emit(self._found[row].kind, self._found[row].id)


def _look(trace: Trace) -> tuple[list[Pending], int, tuple[int, int]]:
    """The oldest ones, how many there are in all, and the trace's first and last time. On whatever thread."""
    return *pending(trace), trace.span_ns
