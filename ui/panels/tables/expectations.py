"""The Expectations tab: whether a run does what its scenario expects, or a capture what a chosen one does."""

from __future__ import annotations

import html
from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout

from bus.analysis import ledger
from bus.analysis.ledger import Ledger
from bus.expectations.judge import judge
from bus.expectations.remembered import Remembered
from bus.expectations.verdict import State, Verdict
from bus.scenario.model import Expected
from bus.session import AT_REST
from bus.trace import Trace
from ui.job import JobChannel
from ui.number_text import count
from ui.panels.problems.looker import end_is_known
from ui.panels.state_icons import row_looks
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.judged_by import JudgedBy
from ui.panels.tables.view import RecordTable
from ui.table_model import Column, TableModel
from ui.trace_looker import Look, TraceLooker

NOTHING_YET = "Run the scenario: what it says under `expect` is judged here, while it runs and when it is over."
OF_A_CAPTURE = "Choose a scenario with Judge by…: what it expects is judged here, also while a program is watched."
EXPECTS_NOTHING = "This scenario expects nothing. What it says under `expect` is judged here, in each run."
JUDGING = "Judging ..."
BY_HAND = "Begun by an emit by hand, without the script: the expectations are of a whole run."
MOST_REASONS = 4


class ExpectationsTab(Tab):
    """One row for each bound; judged now and then while what is in view goes on, and when it is at rest."""

    name = "Expectations"

    changed = Signal()
    """There are other verdicts."""

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, self._themes = parts.session, parts.themes
        self._seen: tuple[object, ...] = ()
        self.judged: tuple[Verdict, ...] = ()
        self._remembered = Remembered()
        self._looker = TraceLooker(parts.session, self._prepare, self)
        self._looker.found.connect(self._show_verdicts)
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
        self.judged_by = JudgedBy(self)
        self.judged_by.changed.connect(self._judge_anew)
        self.judged_by.failed.connect(self.failed)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.judged_by)
        rows.addWidget(self.ledger)
        rows.addWidget(self.view, 1)
        self.refresh_runs()

    @property
    def unmet(self) -> int:
        """How many verdicts are not met, those included of which the records cannot tell."""
        return sum(each.state in (State.UNMET, State.UNKNOWN) for each in self.judged)

    @property
    def open(self) -> int:
        """How many are neither met nor broken while the run goes on."""
        return sum(each.state is State.OPEN for each in self.judged)

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
        word = f"expectation{'s' if total > 1 else ''}"
        if self.unmet:
            return f"{count(self.unmet)} of {count(total)} {word} not met"
        if self.open:
            return f"no expectation broken, {count(self.open)} of {count(total)} open"
        return f"{'all' if total > 1 else 'the'} {word} met"

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.model.set_looks(row_looks(self._themes.theme))

    def refresh_runs(self) -> None:
        """Judge again soon, where the run in view says something else; forget what was said of another one."""
        session = self._session
        view, at_rest = session.runs.view, session.engine_state.phase in AT_REST and session.loading is None
        seen = (view, view.origin, view.by_hand, session.trace, at_rest, session.trace.generation if at_rest else 0)
        if seen != self._seen:
            self.judged_by.setVisible(view.kind == "capture")
            is_another = self._seen[:4] != seen[:4]
            self._seen = seen
            if is_another:
                self._forget()
            shown = ledger.of_trace(session.trace) if at_rest and not view.is_empty else None
            self.ledger.setText(_ledger_text(shown) if shown else "")
            self.ledger.setVisible(shown is not None)
            self.view.hint = self._hint()
            self.counts_changed.emit()
        if self._wanted:
            self._looker.ask()

    def refresh_records(self) -> None:
        """More was recorded: judge again soon."""
        if self._wanted:
            self._looker.ask()

    def close_looker(self) -> None:
        """The window goes: nobody waits for a verdict any more."""
        self._looker.close()

    @property
    def _wanted(self) -> tuple[Expected, ...]:
        """What is expected of what is in view."""
        view = self._session.runs.view
        if view.kind == "capture":
            return self.judged_by.expected
        if view.kind != "run" or view.origin is None or view.by_hand or view.after_clear:
            return ()
        return tuple(view.origin.scenario.expect)

    def _prepare(self, trace: Trace, live: bool) -> Look:
        return partial(_judge, self._wanted, trace, live, end_is_known(self._session), self._remembered)

    def _forget(self) -> None:
        """Another trace, or other expectations: a look that still goes on keeps what it reads to itself."""
        self._looker.forget()
        self._remembered = Remembered()
        self._show_verdicts(())

    def _judge_anew(self) -> None:
        self._forget()
        if self._wanted:
            self._looker.ask()

    def _show_verdicts(self, found: tuple[Verdict, ...]) -> None:
        self.judged = found
        self.view.hint = self._hint()
        self.view.show_rows(np.arange(len(self.judged)), -1)
        self.changed.emit()
        self.counts_changed.emit()

    def _hint(self) -> str:
        view = self._session.runs.view
        if view.kind != "run":
            return NOTHING_YET if view.kind != "capture" else JUDGING if self._wanted else OF_A_CAPTURE
        if view.origin is not None and not view.origin.scenario.expect:
            return EXPECTS_NOTHING
        return BY_HAND if view.by_hand or view.after_clear else JUDGING

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("Verdict", 12, self._verdict, state=self._state),
            Column("What", 40, self._about, tip="Click a row for the events or calls that it counts"),
            Column("Expected", 14, self._expected),
            Column("Found", 14, self._found),
        )

    def _verdict(self, row: int) -> str:
        return self.judged[row].state.value

    def _state(self, row: int) -> str:
        return _LOOKS[self.judged[row].state]

    def _about(self, row: int) -> str:
        return self.judged[row].about

    def _expected(self, row: int) -> str:
        return self.judged[row].expected

    def _found(self, row: int) -> str:
        return self.judged[row].found

    def _show_rows(self, index: QModelIndex) -> None:
        row = self.model.trace_row(index.row())
        if 0 <= row < len(self.judged):
            self.rows_wanted.emit(self.judged[row].table, self.judged[row].search)

    def _show_fate(self, search: str) -> None:
        self.rows_wanted.emit("dispatches", search)


_LOOKS = {State.MET: "", State.OPEN: "running", State.UNMET: "failed", State.UNKNOWN: "lost"}
"""Which outcome's icon and colour a verdict has."""


def _judge(
    expected: tuple[Expected, ...],
    trace: Trace,
    live: bool,
    end_is_known: bool,
    remembered: Remembered,
    beside: JobChannel,
) -> tuple[Verdict, ...]:
    """One look at a trace, on whatever thread."""
    found = judge(expected, trace, end_is_known=end_is_known, goes_on=live, progress=beside.show, remembered=remembered)
    return tuple(found)


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
