"""One tab of the tables: rows of the trace that the filter leaves, in the order that the person asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout

from bus.errors import UserError
from bus.find.ordering import OrderCache
from bus.find.repeats import Repeats
from ui.breakpoints.marks import BreakpointMarks
from ui.number_text import count, shown_of
from ui.pace import Pace
from ui.panels.state_icons import row_looks
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.header import HeaderMenu
from ui.panels.tables.payload_column import MOST_SORTED, PayloadColumn, known_fields
from ui.panels.tables.row_query import FoundRows, RowQuery, Sorting, SortOrder
from ui.panels.tables.view import RecordTable
from ui.row_search import RowSearch
from ui.table_model import Column, Rows, TableModel

NAMED = ("Event", "Handler")
"""Columns that tell how many rows one stands for; the first of them that a table has."""

_AFTER_SORT_S = 0.5
"""New records do not void a search that is under way, or it would never end."""

_SEEN_S, _UNSEEN_S = 0.05, 0.25
"""Between two looks while records arrive: painting the rows costs more than finding them, and nobody reads faster. A
tab that nobody sees needs only its count."""


class RowsTab(Tab):
    """A tab of dispatches or calls, kept in step with the trace, the filter and the order."""

    chosen = Signal(int)
    menu_wanted = Signal(int, QPoint)
    break_wanted = Signal(str, int)
    """Kind and id: what comes to the place of this dispatch or call is to be held, or no more."""

    def __init__(self, table: str, columns: Sequence[Column], parts: TabParts) -> None:
        super().__init__(parts.parent)
        session, themes = parts.session, parts.themes
        self._themes = themes
        self.table, self.name = table, table.capitalize()
        self._session = session
        self._filter = parts.filter_state
        self._order: tuple[int, bool] | None = None
        self._chosen_row = -1
        self.shown = self.total = 0
        self.model = TableModel(columns, themes, self)
        self.view = RecordTable(self.model, themes, table.capitalize(), self)
        self.view.chosen.connect(self.chosen)
        self.view.menu_wanted.connect(self.menu_wanted)
        self.view.order_wanted.connect(self._order_wanted)
        marks = BreakpointMarks(session)
        self.view.show_gutter(marks.of_dispatch if self.of_table == "dispatches" else marks.of_call)
        self.view.break_wanted.connect(self._break_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._pace = Pace(self)
        self._pace.due.connect(self.refresh_now)
        self._finding = RowSearch(session, self)
        self._finding.found.connect(self._found)
        self._finding.failed.connect(self.failed)
        self._orders = OrderCache()
        self._grouped = ""
        self._open: set[int] = set()
        """Rows of the trace whose groups are open."""

        self._repeats: Repeats | None = None
        self._titled = next(at for at, column in enumerate(columns) if column.title in NAMED)
        self._own_columns = len(columns)
        """Behind them are fields of payloads."""

        self._decided: set[int] = set()
        """Columns that a person has shown or hidden."""

        self.fields: list[str] = []
        """Paths of the payloads' fields that have a column, in the order of their columns."""

        self.header_menu = HeaderMenu(self)
        self.header_menu.shown_wanted.connect(self.show_column)
        self.header_menu.field_wanted.connect(self.show_field)
        self.view.header_menu_wanted.connect(self._offer_columns)
        self.view.fold_wanted.connect(self._fold)
        self._nothing_yet = self._nothing_matches = ""
        self._show_wanted()

    @property
    def title(self) -> str:
        """The title of the tab: its name, and how many rows there are, or are left by the filter."""
        shown = f"{count(self.shown)} of " if self._filter.active and self.total else ""
        return f"{self.name} {shown}{count(self.total)}"

    @property
    def shown_text(self) -> str:
        """How much the filter leaves, and how many groups that is; "" where it is everything."""
        told = [shown_of(self.shown, self.total)] if self._filter.active else []
        if self._repeats is not None:
            told.append(f"{count(len(self._repeats))} groups")
        return ", ".join(told)

    def refresh_dots(self) -> None:
        """Breakpoints were set, changed or taken away."""
        self.view.gutter.viewport().update()

    def set_hints(self, nothing_yet: str, nothing_matches: str) -> None:
        """What an empty table says, depending on why it is empty."""
        self._nothing_yet, self._nothing_matches = nothing_yet, nothing_matches
        self._show_hint()

    def refresh_trace(self) -> None:
        """Another trace is in view: follow that one, whatever was looked at in the one before."""
        self._open.clear()
        self.view.set_following(True)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.model.set_looks(row_looks(self._themes.theme))

    def refresh_records(self) -> None:
        """New records came: find the rows again, but not so often that the window suffers."""
        if self._finding.busy:
            self._pace.ask_after(_AFTER_SORT_S)
        else:
            self._pace.ask()

    def refresh_now(self) -> None:
        """Find the rows again whatever it costs: the person changed filter or order."""
        look = self._look()
        with self._pace.measured(_SEEN_S if self.isVisible() else _UNSEEN_S):
            if (self._filter.active or self._order is not None or self._grouped) and self._finding.pays:
                self._finding.start(look)
                return  # the old rows stay until the new ones are there
            self._finding.forget()
            found = look(self._session.trace)
            self._found(found() if isinstance(found, Sorting) else found)

    def choose(self, trace_row: int, *, scroll: bool) -> None:
        """Highlight the row that is selected elsewhere, -1 for none."""
        self._chosen_row = trace_row
        self.view.mark(trace_row, scroll=scroll)

    def show_column(self, place: int, shown: bool) -> None:
        """Show or hide one of the table's own columns."""
        self._decided.add(place)
        self.view.setColumnHidden(place, not shown)

    def show_field(self, field: str, shown: bool, *, most_sorted: int = MOST_SORTED) -> None:
        """Give a field of the payloads a column, which sorts up to so many rows; or take it away."""
        if shown == (field in self.fields):
            return
        if shown:
            self.fields.append(field)
            payload = PayloadColumn(field, self.of_table, self._session, most_sorted=most_sorted)
            self.model.add_column(payload.column())
            self.view.place_column(len(self.model.columns) - 1, behind=self._titled)
        else:
            place = self._own_columns + self.fields.index(field)
            self.fields.remove(field)
            self.view.clear_order()  # the places of columns change
            self.model.remove_column(place)
        self._orders = OrderCache()
        self.refresh_now()

    @property
    def of_table(self) -> str:
        """Which table of the trace the rows are of: "dispatches" or "calls"."""
        return "dispatches" if self.table == "dispatches" else "calls"

    def shown_ids(self) -> npt.NDArray[np.uint64]:
        """Ids of all rows that are shown, from top to bottom."""
        trace = self._session.trace
        ids = trace.dispatches.id if self.of_table == "dispatches" else trace.calls.id
        return np.asarray(ids[self.model.rows])

    def _break_wanted(self, row: int) -> None:
        trace = self._session.trace
        if self.of_table == "calls":
            self.break_wanted.emit("call", int(trace.calls.id[row]))
        else:
            self.break_wanted.emit("dispatch", int(trace.dispatches.id[row]))

    def _offer_columns(self, place: QPoint) -> None:
        own = enumerate(self.model.columns[: self._own_columns])
        titles = [(at, column.title, not self.view.isColumnHidden(at)) for at, column in own]
        self.header_menu.offer(titles, known_fields(self._session.trace), self.fields, place)

    def _look(self) -> RowQuery:
        order = None
        if self._order is not None:
            place, descending = self._order
            keys = self.model.columns[place].key
            order = SortOrder(place, keys, descending) if keys is not None else None
        return RowQuery(self.table, self._filter.filter, order, self._orders, self._grouped, self._filter.most_payloads)

    def _show_wanted(self) -> None:
        """Columns that only some captures have something for come and go with it."""
        for place, column in enumerate(self.model.columns[: self._own_columns]):
            if column.wanted is not None and place not in self._decided:
                hidden = not column.wanted()
                if self.view.isColumnHidden(place) != hidden:
                    self.view.setColumnHidden(place, hidden)

    def _found(self, found: FoundRows) -> None:
        self._show_wanted()
        self.total, self.shown, self._repeats = found.total, len(found.rows), found.repeats
        if found.repeats is None:
            self._show(found.rows, None)
        else:
            self._show_groups()

    def set_grouped(self, mode: str) -> None:
        """One of bus.find.repeats.MODES, or "" for every row by itself."""
        if mode != self._grouped:
            self._grouped = mode
            self._open.clear()
            self.refresh_now()

    def _fold(self, table_row: int, want: str) -> None:
        """Open or close the group at this place. want: "open", "close", or "other" for what it is not."""
        while self.model.group_size(table_row) == 0 and table_row > 0 and want == "close":
            table_row -= 1  # from inside: close what is around
        head = self.model.trace_row(table_row)
        if self.model.group_size(table_row) < 2 or head < 0:
            return
        is_open = self.model.group_size(table_row + 1) == 0
        if want == "open" or (want == "other" and not is_open):
            self._open.add(head)
        else:
            self._open.discard(head)
        self.view.set_following(False)
        self._show_groups()

    def _show_groups(self) -> None:
        if self._repeats is not None:
            self._show(*self._repeats.shown(self._open))

    def _show(self, rows: Rows, counts: Rows | None) -> None:
        self._show_hint()
        self.view.show_rows(rows, self._chosen_row, counts, self._titled)
        self.counts_changed.emit()

    def _show_hint(self) -> None:
        hint = self._nothing_matches if self._filter.active and self.total else self._nothing_yet
        if hint != self.view.hint:
            self.view.hint = hint
            self.view.viewport().update()

    def _order_wanted(self, column: int, descending: bool) -> None:
        most = self.model.columns[column].most_sorted if column >= 0 else 0
        rows = self._session.trace.dispatches if self.of_table == "dispatches" else self._session.trace.calls
        if most and len(rows) > most:
            title = self.model.columns[column].title
            problem = f"{title} sorts up to {count(most)} rows, and here are {count(len(rows))}"
            self.failed.emit(UserError(problem, hint="ask in SQL, with ORDER BY"))
            return
        self._order = (column, descending) if column >= 0 else None
        if self._order is not None:
            self.view.scrollToTop()  # what somebody sorts for
        self.view.set_following(self._order is None)
        self.refresh_now()
