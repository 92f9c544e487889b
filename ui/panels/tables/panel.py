"""The tables: dispatches, calls, failures, statistics and SQL of the one trace, with the one selection and filter."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bus.analysis import causality
from bus.session import Session
from ui.filter_state import FilterState
from ui.number_text import count
from ui.panels.sql.tab import SqlTab
from ui.panels.state_icons import row_looks
from ui.panels.tables.bar import TablesBar
from ui.panels.tables.columns import TraceColumns
from ui.panels.tables.expectations import ExpectationsTab
from ui.panels.tables.menu import RowMenu
from ui.panels.tables.notes import NotesTab
from ui.panels.tables.runs import RunsTab
from ui.panels.tables.statistics import StatisticsTab
from ui.panels.tables.tab import RowsTab
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.widgets.scrolled_tabs import ScrolledTabs

_HINTS = {
    "Dispatches": "No dispatches yet. Run the scenario (F5), emit an event by hand, or open a capture.",
    "Calls": "No calls yet. A row appears when a handler is called.",
    "Failures": "No failures. Calls that raise or time out appear here.",
}
_ONE = {"Dispatches": "dispatch", "Calls": "call", "Failures": "failed call"}


class TablesPanel(QWidget):
    """Places the tabs, gives their choices to the selection and the selection to them."""

    failed = Signal(object)
    """A UserError."""

    timeline_wanted = Signal()
    """Show what is selected in the timeline."""

    export_wanted = Signal(str, object)
    """A table of the trace ("dispatches" or "calls"), and the ids of the rows that are shown, in their order."""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        filter_state: FilterState,
        themes: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._selection = selection
        self._filter = filter_state
        self._themes = themes
        self.setAccessibleName("Tables")
        self._make_tabs()
        self.bar = TablesBar(filter_state, themes, self)
        self.bar.grouping_changed.connect(self._group)
        self.bar.add_choice(self.statistics.only_view)
        self.tabs.setCornerWidget(self.bar)
        self.menu = RowMenu(session, selection, filter_state, self)
        self.menu.timeline_wanted.connect(self.timeline_wanted)
        self.menu.rows_copied.connect(self._copy_rows)
        self.menu.rows_exported.connect(self._export_rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs, 1)
        selection.changed.connect(self._selection_changed)
        filter_state.changed.connect(self._filter_changed)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.refresh_now()

    # What wiring tells it

    def refresh_records(self) -> None:
        """New records came."""
        for tab in self._row_tabs:
            tab.refresh()
        self.statistics.refresh()
        self.refresh_notes()

    def refresh_notes(self) -> None:
        """Notes were written, changed or taken away."""
        self.notes.refresh()
        title = f"Notes {count(self.notes.count)}" if self.notes.count else "Notes"
        self.tabs.setTabText(self.tabs.indexOf(self.notes), title)
        if self.tabs.currentWidget() is self.notes:
            self.bar.show_count(self.notes.shown_text)

    def show_notes(self) -> None:
        """Bring them to the front."""
        self.tabs.setCurrentWidget(self.notes)

    def refresh_runs(self) -> None:
        """Another run is in view, or one came or went."""
        self.runs.refresh()
        self.expectations.refresh()
        self.tabs.setTabText(self.tabs.indexOf(self.expectations), self.expectations.title)
        title = f"Runs {count(self.runs.count)}" if self.runs.count else "Runs"
        self.tabs.setTabText(self.tabs.indexOf(self.runs), title)

    def show_rows(self, table: str, search: str) -> None:
        """Only these rows of "dispatches", "calls" or "failures"."""
        self._filter.set_text(search)
        tabs = {"dispatches": self.dispatches, "calls": self.calls, "failures": self.failures}
        self.tabs.setCurrentWidget(tabs[table])

    def show_expectations(self) -> None:
        """Bring them to the front."""
        self.tabs.setCurrentWidget(self.expectations)

    def show_runs(self) -> None:
        """Bring them to the front."""
        self.tabs.setCurrentWidget(self.runs)

    def refresh_trace(self) -> None:
        """Another trace may stand behind the same tables."""
        for tab in self._row_tabs:
            tab.begin()
        self.refresh_now()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        looks = row_looks(self._themes.theme)
        for tab in (*self._row_tabs, self.expectations, self.statistics.by_event, self.statistics.by_handler):
            tab.model.set_looks(looks)
        self.bar.refresh_theme()

    def refresh_now(self) -> None:
        """Find every row again."""
        for tab in self._row_tabs:
            tab.refresh_now()
        self.statistics.refresh()
        self.refresh_notes()
        self._selection_changed()
        self._refresh_titles()

    def _make_tabs(self) -> None:
        columns = TraceColumns(self._session)
        common = (self._session, self._filter, self._themes, self)
        self.dispatches = RowsTab("dispatches", columns.dispatches(), *common)
        self.calls = RowsTab("calls", columns.calls(), *common)
        self.failures = RowsTab("failures", columns.failures(), *common)
        self.statistics = StatisticsTab(self._session, self._filter, self._themes, self)
        self.sql = SqlTab(self._session, self._themes, self)
        self.sql.item_wanted.connect(self._item_wanted)
        self.notes = NotesTab(self._session, self._filter, self._themes, self)
        self.expectations = ExpectationsTab(self._session, self._themes, self)
        self.expectations.rows_wanted.connect(self.show_rows)
        self.runs = RunsTab(self._session, self._themes, self)
        self._row_tabs = (self.dispatches, self.calls, self.failures)
        self.tabs = ScrolledTabs(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Tables")
        self.tabs.addTab(self.dispatches, "Dispatches")
        self.tabs.addTab(self.calls, "Calls")
        self.tabs.addTab(self.failures, "Failures")
        self.tabs.addTab(self.statistics, "Statistics")
        self.tabs.setTabToolTip(self.tabs.indexOf(self.statistics), "Counts, times, rates and queues")
        self.tabs.addTab(self.sql, "SQL")
        self.tabs.addTab(self.notes, "Notes")
        self.tabs.addTab(self.expectations, "Expectations")
        self.tabs.addTab(self.runs, "Runs")
        self.tabs.currentChanged.connect(self._tab_changed)
        self.dispatches.chosen.connect(self._dispatch_chosen)
        self.calls.chosen.connect(self._call_chosen)
        self.failures.chosen.connect(self._call_chosen)
        self.dispatches.menu_wanted.connect(self._dispatch_menu)
        self.calls.menu_wanted.connect(self._call_menu)
        self.failures.menu_wanted.connect(self._call_menu)
        self.statistics.filter_wanted.connect(self._filter_by)
        self.statistics.calls_wanted.connect(self._show_calls)
        self.statistics.failed.connect(self.failed)
        for tab in self._row_tabs:
            tab.counts_changed.connect(self._refresh_titles)
            tab.failed.connect(self.failed)

    # Choices here go to the selection, the selection comes back to every tab

    def _dispatch_chosen(self, row: int) -> None:
        if row >= 0:
            self._selection.select("dispatch", int(self._session.trace.dispatches.id[row]))

    def _call_chosen(self, row: int) -> None:
        if row >= 0:
            self._selection.select("call", int(self._session.trace.calls.id[row]))

    def _item_wanted(self, kind: str, ident: int) -> None:
        trace = self._session.trace
        for known, table in (("call", trace.calls), ("dispatch", trace.dispatches)):
            if kind in ("", known) and table.row_of(ident) >= 0:
                self._selection.select(known, ident)
                return

    def _selection_changed(self) -> None:
        trace, kind, record_id = self._session.trace, self._selection.kind, self._selection.id
        call_row = trace.calls.row_of(record_id) if kind == "call" else -1
        dispatch_row = trace.dispatches.row_of(record_id) if kind == "dispatch" else -1
        if call_row >= 0:
            # The table of dispatches shows whose call it is.
            dispatch_row = causality.cause_of_call(trace, call_row)
        seen = self.tabs.currentWidget()
        self.dispatches.choose(dispatch_row, scroll=seen is self.dispatches)
        self.calls.choose(call_row, scroll=seen is self.calls)
        self.failures.choose(call_row, scroll=seen is self.failures)

    def _dispatch_menu(self, row: int, place: QPoint) -> None:
        self.menu.show_for_dispatch(row, place)

    def _call_menu(self, row: int, place: QPoint) -> None:
        self.menu.show_for_call(row, place)

    def _copy_rows(self) -> None:
        seen = self.tabs.currentWidget()
        if isinstance(seen, RowsTab):
            seen.view.copy_rows()

    def _export_rows(self) -> None:
        seen = self.tabs.currentWidget()
        if isinstance(seen, RowsTab):
            self.export_wanted.emit(seen.of_table, seen.shown_ids())

    def _filter_by(self, field: str, name: str) -> None:
        self._filter.add_term(field, name)
        self.tabs.setCurrentWidget(self.dispatches if field == "event" else self.calls)

    def _show_calls(self, text: str) -> None:
        self._filter.set_text(text)
        self.tabs.setCurrentWidget(self.calls)

    def _group(self, mode: str) -> None:
        for tab in self._row_tabs:
            tab.set_grouped(mode)

    def _filter_changed(self) -> None:
        for tab in self._row_tabs:
            tab.refresh_now()
        self.refresh_notes()

    def _tab_changed(self, _place: int) -> None:
        seen = self.tabs.currentWidget()
        if isinstance(seen, RowsTab):
            seen.refresh_now()
        self._selection_changed()
        self._refresh_titles()

    def _refresh_titles(self) -> None:
        for tab, title in zip(self._row_tabs, _HINTS, strict=True):
            shown = f"{count(tab.shown)} of " if self._filter.active and tab.total else ""
            self.tabs.setTabText(self.tabs.indexOf(tab), f"{title} {shown}{count(tab.total)}")
            tab.set_hints(_HINTS[title], self._nothing_matches(title))
        seen = self.tabs.currentWidget()
        self.bar.show_count(seen.shown_text if isinstance(seen, RowsTab | NotesTab) else "")
        self.bar.show_grouping(on=isinstance(seen, RowsTab))
        self.statistics.only_view.setVisible(seen is self.statistics)

    def _nothing_matches(self, title: str) -> str:
        """Of a table in which the filter leaves nothing: which other ones it leaves something in.

        Failures is calls that failed or timed out, and the filter narrows it further: `outcome:lost` is of dispatches.
        """
        others = [
            f"{count(tab.shown)} in {other}"
            for tab, other in zip(self._row_tabs, _HINTS, strict=True)
            if tab.shown and other != title
        ]
        found = f" It shows {' and '.join(others)}." if others else ""
        return f"No {_ONE[title]} matches the filter.{found} Clear it with the × on its chip."
