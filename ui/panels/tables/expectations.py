"""The Expectations tab: whether a run did what its scenario expects, and what became of every event."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout

from bus.analysis import ledger
from bus.analysis.judging import JudgedVerdict, judged
from bus.analysis.ledger import Ledger
from bus.session import AT_REST
from ui.number_text import count
from ui.panels.state_icons import row_looks
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.view import RecordTable
from ui.table_model import Column, TableModel

NOTHING_YET = "Run the scenario: what it says under `expect` is judged here when the run is over."
OF_A_CAPTURE = "A capture expects nothing: open its scenario and run it."
EXPECTS_NOTHING = "This scenario expects nothing. What it says under `expect` is judged here after each run."
NOT_OVER = "Judged when the run is over."
BY_HAND = "Begun by an emit by hand, without the script: the expectations are of a whole run."
MOST_REASONS = 4


class ExpectationsTab(Tab):
    """One row for each bound; judged when the run in view is at rest, and again where it goes on."""

    name = "Expectations"

    changed = Signal()
    """There are other verdicts."""

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, self._themes = parts.session, parts.themes
        self._seen: tuple[object, ...] = ()
        self.judged: tuple[JudgedVerdict, ...] = ()
        self.ledger = QLabel(self)
        self.ledger.setAccessibleName("What became of every event")
        self.ledger.setTextFormat(Qt.TextFormat.RichText)
        self.ledger.setWordWrap(True)
        self.ledger.setContentsMargins(8, 5, 8, 5)
        self.ledger.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.ledger.setToolTip("A number shows the events that it counts")
        self.ledger.linkActivated.connect(self._show_fate)
        self.model = TableModel(self._columns(), self._themes, self)
        self.view = RecordTable(self.model, self._themes, "Expectations", self)
        self.view.set_following(False)
        self.view.clicked.connect(self._show_rows)
        self.view.activated.connect(self._show_rows)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.ledger)
        rows.addWidget(self.view, 1)
        self.refresh_runs()

    @property
    def unmet(self) -> int:
        """How many verdicts are not met."""
        return sum(not each.verdict.met for each in self.judged)

    @property
    def title(self) -> str:
        """How many are not met stands in it."""
        return f"{self.name} {count(self.unmet)} not met" if self.unmet else self.name

    @property
    def summary(self) -> str:
        """For the status bar; "" where nothing was judged."""
        total = len(self.judged)
        if not total:
            return ""
        some = f"{count(self.unmet)} of {count(total)}" if self.unmet else "all" if total > 1 else "the"
        return f"{some} expectation{'s' if total > 1 else ''} {'not met' if self.unmet else 'met'}"

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.model.set_looks(row_looks(self._themes.theme))

    def refresh_runs(self) -> None:
        """Judge again, where the run is at rest and says something else."""
        session = self._session
        view, at_rest = session.runs.view, session.engine_state.phase in AT_REST and session.loading is None
        seen = (view, view.origin, view.by_hand, at_rest, session.trace.generation if at_rest else 0)
        if seen == self._seen:
            return
        self._seen = seen
        self.judged = ()
        if at_rest and view.kind == "run" and view.origin is not None and not (view.by_hand or view.after_clear):
            self.judged = tuple(judged(view.origin.scenario, session.trace))
        self.view.hint = self._hint(at_rest=at_rest)
        self.view.show_rows(np.arange(len(self.judged)), -1)
        self.ledger.setText(_ledger_text(ledger.of_trace(session.trace)) if at_rest and not view.is_empty else "")
        self.ledger.setVisible(bool(self.ledger.text()))
        self.changed.emit()
        self.counts_changed.emit()

    def _hint(self, *, at_rest: bool) -> str:
        view = self._session.runs.view
        if view.kind != "run":
            return OF_A_CAPTURE if view.kind == "capture" else NOTHING_YET
        if view.origin is not None and not view.origin.scenario.expect:
            return EXPECTS_NOTHING
        return NOT_OVER if not at_rest else BY_HAND

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("Verdict", 12, self._verdict, state=self._state),
            Column("What", 40, self._about, tip="Click a row for the events or calls that it counts"),
            Column("Expected", 14, self._expected),
            Column("Found", 14, self._found),
        )

    def _verdict(self, row: int) -> str:
        return "met" if self.judged[row].verdict.met else "NOT MET"

    def _state(self, row: int) -> str:
        return "" if self.judged[row].verdict.met else "failed"

    def _about(self, row: int) -> str:
        return self.judged[row].verdict.about

    def _expected(self, row: int) -> str:
        return self.judged[row].verdict.expected

    def _found(self, row: int) -> str:
        return self.judged[row].verdict.found

    def _show_rows(self, index: QModelIndex) -> None:
        row = self.model.trace_row(index.row())
        if 0 <= row < len(self.judged):
            self.rows_wanted.emit(self.judged[row].table, self.judged[row].search)

    def _show_fate(self, search: str) -> None:
        self.rows_wanted.emit("dispatches", search)


def _ledger_text(found: Ledger) -> str:
    """The equation, each number of it a link to the events that it counts."""
    told = " + ".join(_linked(number, fate) for fate, number in found.parts.items() if number) or "0"
    events = "event" if found.emitted == 1 else "events"
    line = f"{count(found.emitted)} {events} = {told}"
    reasons = [one for fate in ("lost", "open", "kept") for one in found.why.get(fate, ())][:MOST_REASONS]
    why = "; ".join(f"{count(number)}: {html.escape(reason)}" for reason, number in reasons)
    return f"{line}<br>{why}" if why else line


def _linked(number: int, fate: str) -> str:
    return f'<a href="fate:{fate}">{count(number)} {fate}</a>'
