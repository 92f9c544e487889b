"""The context menu of a row: go to its cause, narrow the filter, copy what it carries, note it, export rows."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from bus.analysis import causality
from bus.session import Session
from ui.filter_state import FilterState
from ui.selection import Selection
from ui.table_model import one_line


class RowMenu(QMenu):
    """One menu for every row; it is told which row before it opens."""

    timeline_wanted = Signal()
    rows_copied = Signal()
    """The selected rows are wanted on the clipboard."""

    rows_exported = Signal()
    """All rows that the table shows are wanted in a file."""

    def __init__(
        self, session: Session, selection: Selection, filter_state: FilterState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._selection = selection
        self._filter = filter_state
        self._event = self._handler = self._error = ""
        self._cause = ("", 0)
        self.by_event = self._add("Filter by this event")
        self.by_event.triggered.connect(self._filter_by_event)
        self.by_handler = self._add("Filter by this handler")
        self.by_handler.triggered.connect(self._filter_by_handler)
        self.addSeparator()
        self.to_cause = self._add("Select what caused it")
        self.to_cause.triggered.connect(self._select_cause)
        self.to_timeline = self._add("Show in timeline")
        self.to_timeline.triggered.connect(self.timeline_wanted)
        self.addSeparator()
        self.copy_rows = self._add("Copy Rows\tCtrl+C")
        self.copy_rows.triggered.connect(self.rows_copied)
        self.copy_error = self._add("Copy Error with Traceback")
        self.copy_error.triggered.connect(self._copy_error)
        self.export_rows = self._add("Export These Rows…")
        self.export_rows.setToolTip("All rows that the table shows now, as CSV, JSON lines or Parquet")
        self.export_rows.triggered.connect(self.rows_exported)

    def add_commands(self, commands: Iterable[QAction]) -> None:
        """Commands of the window that are about what is selected: a row is, before its menu opens."""
        self.addSeparator()
        self.addActions(list(commands))

    def show_for_dispatch(self, row: int, place: QPoint) -> None:
        """Open the menu for a dispatch, by its row in the trace."""
        self.prepare_dispatch(row)
        self.popup(place)

    def show_for_call(self, row: int, place: QPoint) -> None:
        """Open the menu for a call, by its row in the trace."""
        self.prepare_call(row)
        self.popup(place)

    def prepare_dispatch(self, row: int) -> None:
        """Fill the menu for a dispatch and select it."""
        trace = self._session.trace
        self._selection.select("dispatch", int(trace.dispatches.id[row]))
        cause = causality.cause_of_dispatch(trace, row)
        self._cause = ("call", int(trace.calls.id[cause])) if cause >= 0 else ("", 0)
        self._failed_with(-1)
        self._name(trace.names.text(int(trace.dispatches.event[row])), "")

    def prepare_call(self, row: int) -> None:
        """Fill the menu for a call and select it."""
        trace = self._session.trace
        self._selection.select("call", int(trace.calls.id[row]))
        cause = causality.cause_of_call(trace, row)
        self._cause = ("dispatch", int(trace.dispatches.id[cause])) if cause >= 0 else ("", 0)
        event = trace.names.text(int(trace.dispatches.event[cause])) if cause >= 0 else ""
        self._failed_with(row)
        self._name(event, trace.names.text(int(trace.calls.handler[row])))

    def _name(self, event: str, handler: str) -> None:
        self._event, self._handler = event, handler
        self.by_event.setVisible(bool(event))
        self.by_event.setText(f"Filter by event {_item(event)}")
        self.by_handler.setVisible(bool(handler))
        self.by_handler.setText(f"Filter by handler {_item(handler)}")
        self.to_cause.setEnabled(bool(self._cause[0]))
        self.to_cause.setText("Select what caused it" if self._cause[0] else "Nothing caused it: a root emit")

    def _failed_with(self, call_row: int) -> None:
        """What can be copied of its error; -1 for a row that is not a call."""
        error = self._session.trace.error(call_row) if call_row >= 0 else None
        self._error = (error.traceback or f"{error.type}: {error.message}") if error else ""
        self.copy_error.setVisible(bool(self._error))

    def _copy_error(self) -> None:
        QGuiApplication.clipboard().setText(self._error)

    def _add(self, text: str) -> QAction:
        action = QAction(text, self)
        self.addAction(action)
        return action

    def _filter_by_event(self) -> None:
        self._filter.add_term("event", self._event)

    def _filter_by_handler(self) -> None:
        self._filter.add_term("handler", self._handler)

    def _select_cause(self) -> None:
        self._selection.select(*self._cause)


def _item(name: str) -> str:
    """A name in a menu: one line, and & is a letter."""
    return one_line(name, 40).replace("&", "&&")
