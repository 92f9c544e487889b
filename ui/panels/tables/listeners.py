"""The Listeners tab: every subscription as a bar, who listens to what, where it was subscribed, and why it ended."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from bus.analysis.why import Subject
from bus.analysis.why.lifetimes import Lifetimes, lifetimes
from bus.trace import Trace
from bus.wording import several
from ui.number_text import count, moment
from ui.pace import Pace
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.lifetime_bar import BarCell
from ui.panels.tables.lifetime_columns import BAR, LifetimeColumns
from ui.panels.tables.view import RecordTable
from ui.row_search import RowSearch
from ui.table_model import TableModel
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.tip_button import tip_button

NOTHING = "No subscription is in this capture: who listens is recorded when a handler is added or removed."
NOBODY = "Nobody has subscribed to it in this capture."

_LEAST_S = 0.5
"""Between two looks while records arrive."""


class ListenersTab(Tab):
    """Looked up only while it is on the screen; its rows are numbers into what was found last."""

    name = "Listeners"
    tip = "Who listened to what, from when to when, subscribed where, and why it ended"

    source_wanted = Signal(str, int)
    """A file and a line that a person wants to see."""

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session = parts.session
        self.columns = LifetimeColumns()
        self._subject: Subject | None = None
        self._order: tuple[int, bool] | None = None
        self._search = RowSearch(parts.session, self)
        self._search.found.connect(self._show)
        self._pace = Pace(self)
        self._pace.due.connect(self.refresh_now)
        self.part = QWidget(self)
        self.about = ElidedLabel(self.part, most_letters=0)
        self.about.setAccessibleName("Whose subscriptions are listed")
        self.all = tip_button("Show All", "List every subscription of the capture", self.part)
        self.all.clicked.connect(self.show_all)
        self.model = TableModel(self.columns.all(), parts.themes, self)
        self.view = RecordTable(self.model, parts.themes, "Listeners", self)
        self.view.set_following(False)
        self.view.setItemDelegateForColumn(BAR, BarCell(self.model, self.columns.bar_of, parts.themes, self.view))
        self.view.order_wanted.connect(self._order_wanted)
        self.view.activated.connect(self._open_place)
        self._place()
        self._say()

    @property
    def shown_text(self) -> str:
        """Whether there are more than are listed."""
        found = self.columns.found
        return f"{count(len(found.rows))} of more" if found is not None and found.is_cut else ""

    def show_for(self, subject: Subject) -> None:
        """List those that *who listened at this moment* is about, with that moment."""
        self._subject = subject
        self.refresh_now()

    def show_all(self) -> None:
        """List every subscription again."""
        self._subject = None
        self.refresh_now()

    def refresh_records(self) -> None:
        """New records came; look again soon, if anybody does."""
        if self.isVisible():
            self._pace.ask()

    def refresh_trace(self) -> None:
        """What was found is of another trace."""
        self._search.forget()
        self._subject, self.columns.found = None, None
        self._list(-1)

    def refresh_now(self) -> None:
        """Look again, now."""
        with self._pace.measured(_LEAST_S):
            look = partial(_look, self._subject)
            if self._search.pays or self._search.busy:
                self._search.start(look)
            else:
                self._show(look(self._session.trace))

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked is found now."""
        super().showEvent(event)
        self.refresh_now()

    def _show(self, found: Lifetimes) -> None:
        before, self.columns.found = self.columns.found, found
        if before is not None and (before.at_ns, before.about) == (found.at_ns, found.about):
            self._list(self.model.trace_row(self.view.currentIndex().row()))
            return
        first = next(iter(found.then()), -1)
        self._list(first)
        self.view.mark(first, scroll=True)

    def _list(self, chosen: int) -> None:
        found = self.columns.found
        self.view.hint = NOBODY if found is not None and found.about else NOTHING
        rows = np.arange(len(found.rows) if found is not None else 0)
        self.view.show_rows(self.model.in_order(rows, self._order), chosen)
        self._say()
        self.counts_changed.emit()

    def _say(self) -> None:
        found = self.columns.found
        is_part = found is not None and (bool(found.about) or found.at_ns is not None)
        self.part.setVisible(is_part)
        if found is not None:
            to = f" of {found.about}" if found.about else ""
            then = ""
            if found.at_ns is not None:
                then = f"; {count(len(found.then()))} went on at {moment(found.at_ns - found.span_ns[0])} s"
            self.about.setText(f"{several(len(found.rows), 'subscription')}{to}{then}")

    def _order_wanted(self, column: int, descending: bool) -> None:
        self._order = (column, descending) if column >= 0 else None
        self._list(-1)

    def _open_place(self, index: QModelIndex) -> None:
        row = self.model.trace_row(index.row())
        found = self.columns.found
        place = found.code(row) if found is not None and row >= 0 else None
        if place is not None:
            self.source_wanted.emit(place.file, place.line)

    def _place(self) -> None:
        line = QHBoxLayout(self.part)
        line.setContentsMargins(8, 3, 8, 3)
        line.addWidget(self.about, 1)
        line.addWidget(self.all)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.part)
        rows.addWidget(self.view, 1)


def _look(subject: Subject | None, trace: Trace) -> Lifetimes:
    """On whatever thread."""
    return lifetimes(trace, subject)
