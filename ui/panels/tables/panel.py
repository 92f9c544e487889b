"""The tables: dispatches, calls, failures, statistics and SQL of the one trace, with the one selection and filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bus.analysis import causality
from bus.analysis.why import Offer, Subject
from bus.session import Session
from ui.filter_state import FilterState
from ui.number_text import count
from ui.panels.problems.tab import ProblemsTab
from ui.panels.sql.tab import SqlTab
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.bar import TablesBar
from ui.panels.tables.expectations import ExpectationsTab
from ui.panels.tables.listeners import ListenersTab
from ui.panels.tables.menu import RowMenu
from ui.panels.tables.notes import NotesTab
from ui.panels.tables.pending import PendingTab
from ui.panels.tables.rows import RowsTab
from ui.panels.tables.runs import RunsTab
from ui.panels.tables.statistics import StatisticsTab
from ui.panels.tables.tabs import TABS
from ui.panels.tables.why import WhyTab
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.widgets.scrolled_tabs import ScrolledTabs

_HINTS = {
    "Dispatches": "No dispatches yet. Run the scenario (F5), emit an event by hand, or open a capture.",
    "Calls": "No calls yet. A row appears when a handler is called.",
    "Failures": "No failures. Calls that raise or time out appear here.",
}
_ONE = {"Dispatches": "dispatch", "Calls": "call", "Failures": "failed call"}


Some = TypeVar("Some", bound=Tab)


class TablesPanel(QWidget):
    """The panel of tables: places the tabs, and joins what is chosen in them to the selection."""

    failed = Signal(object)
    """A UserError."""

    timeline_wanted = Signal()
    """Show what is selected in the timeline."""

    revealed = Signal()
    """What is selected is to be seen on the timeline, which moves no further than that needs."""

    export_wanted = Signal(str, object)
    """A table of the trace ("dispatches" or "calls"), and the ids of the rows that are shown, in their order."""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        filter_state: FilterState,
        themes: ThemeSource,
        parent: QWidget | None = None,
        *,
        tabs: Sequence[Callable[[TabParts], Tab]] = TABS,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._selection = selection
        self._filter = filter_state
        self._themes = themes
        self.setAccessibleName("Tables")
        self._make_tabs(tabs)
        self._connect_tabs()
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
        """Tell every tab that new records are in the trace."""
        for tab in self._tabs:
            tab.refresh_records()

    def refresh_notes(self) -> None:
        """Notes were written, changed or taken away."""
        for tab in self._tabs:
            tab.refresh_notes()

    def show_notes(self) -> None:
        """Bring them to the front."""
        self.tabs.setCurrentWidget(self.notes)

    def show_why(self, question: str = "") -> None:
        """Bring to the front what can be asked about the selection, with the answer to a question (its id)."""
        if self._selection.kind:
            self.tabs.setCurrentWidget(self.why)
            self.why.ask(Subject(self._selection.kind, self._selection.id), question)

    def ask_why(self, subject: Subject, offer: Offer | None = None) -> None:
        """Bring the answer to the front. offer: the question; None: the most pressing one."""
        self.tabs.setCurrentWidget(self.why)
        self.why.ask(subject, *((offer.question, offer.other) if offer is not None else ()))

    def show_listeners(self, subject: Subject) -> None:
        """Bring to the front who listened to it, as bars."""
        self.listeners.show_for(subject)
        self.tabs.setCurrentWidget(self.listeners)

    def refresh_runs(self) -> None:
        """Another run is in view, or one came or went."""
        for tab in self._tabs:
            tab.refresh_runs()

    def show_rows(self, table: str, search: str) -> None:
        """Only these rows of "dispatches", "calls" or "failures"."""
        self._filter.set_text(search)
        self.tabs.setCurrentWidget(next(tab for tab in self._row_tabs if tab.table == table))

    def show_expectations(self) -> None:
        """Bring them to the front."""
        self.tabs.setCurrentWidget(self.expectations)

    def show_runs(self) -> None:
        """Bring them to the front."""
        self.tabs.setCurrentWidget(self.runs)

    def refresh_trace(self) -> None:
        """Another trace may stand behind the same tables."""
        for tab in self._tabs:
            tab.refresh_trace()
        self.refresh_now()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        for tab in self._tabs:
            tab.refresh_theme()
        self.bar.refresh_theme()

    def refresh_now(self) -> None:
        """Let every tab find its rows again, now."""
        for tab in self._tabs:
            if isinstance(tab, RowsTab):
                tab.refresh_now()
            else:
                tab.refresh_records()
        self.refresh_notes()
        self._selection_changed()
        self._refresh_titles()

    def _make_tabs(self, makers: Sequence[Callable[[TabParts], Tab]]) -> None:
        parts = TabParts(self._session, self._filter, self._themes, self)
        self._tabs = [make(parts) for make in makers]
        self._row_tabs = self.dispatches, self.calls, self.failures = self._of(RowsTab)
        (self.problems,) = self._of(ProblemsTab)
        (self.statistics,) = self._of(StatisticsTab)
        (self.sql,) = self._of(SqlTab)
        (self.why,) = self._of(WhyTab)
        (self.pending,) = self._of(PendingTab)
        (self.listeners,) = self._of(ListenersTab)
        (self.notes,) = self._of(NotesTab)
        (self.expectations,) = self._of(ExpectationsTab)
        (self.runs,) = self._of(RunsTab)
        self.tabs = ScrolledTabs(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Tables")
        for tab in self._tabs:
            self.tabs.setTabToolTip(self.tabs.addTab(tab, tab.title), tab.tip)

    def _of(self, kind: type[Some]) -> list[Some]:
        return [tab for tab in self._tabs if isinstance(tab, kind)]

    def _connect_tabs(self) -> None:
        for tab in self._tabs:
            tab.failed.connect(self.failed)
            tab.item_wanted.connect(self._item_wanted)
            tab.rows_wanted.connect(self.show_rows)
            tab.counts_changed.connect(self._refresh_titles)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.dispatches.chosen.connect(self._dispatch_chosen)
        self.calls.chosen.connect(self._call_chosen)
        self.failures.chosen.connect(self._call_chosen)
        self.dispatches.menu_wanted.connect(self._dispatch_menu)
        self.calls.menu_wanted.connect(self._call_menu)
        self.failures.menu_wanted.connect(self._call_menu)
        self.why.timeline_wanted.connect(self.revealed)
        self.why.listeners_wanted.connect(self.show_listeners)
        self.statistics.filter_wanted.connect(self._filter_by)
        self.statistics.calls_wanted.connect(self._show_calls)

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
        for tab in self._tabs:
            tab.refresh_selection(kind, record_id)
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
        for tab in self._row_tabs:
            tab.set_hints(_HINTS[tab.name], self._nothing_matches(tab.name))
        for place, each in enumerate(self._tabs):
            if self.tabs.tabText(place) != each.title:
                self.tabs.setTabText(place, each.title)
        seen = self.tabs.currentWidget()
        self.bar.show_count(seen.shown_text if isinstance(seen, Tab) else "")
        self.bar.show_grouping(on=isinstance(seen, RowsTab))
        self.statistics.only_view.setVisible(seen is self.statistics)

    def _nothing_matches(self, title: str) -> str:
        """What to say of a table in which the filter leaves nothing: in which other ones it leaves something.

        Failures is calls that failed or timed out, and the filter narrows it further: `outcome:lost` is of dispatches.
        """
        others = [f"{count(tab.shown)} in {tab.name}" for tab in self._row_tabs if tab.shown and tab.name != title]
        found = f" It shows {' and '.join(others)}." if others else ""
        return f"No {_ONE[title]} matches the filter.{found} Clear it with the × on its chip."
