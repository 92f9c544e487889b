"""The inspector: everything about the one dispatch or call that is selected, and the way to its causes and effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from bus.session import Session
from bus.session.scenario_file import on_this_machine
from ui.pace import Pace
from ui.panels.inspector.error import ErrorBox
from ui.panels.inspector.facts import InspectorFacts, describe
from ui.panels.inspector.head import InspectorHead
from ui.panels.inspector.links import LinkList
from ui.panels.inspector.notes import NoteList
from ui.panels.inspector.payload import PayloadBox
from ui.panels.inspector.section import FactRows, Section
from ui.selection import Selection
from ui.source.opening import with_files
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BreakingLabel
from ui.widgets.empty_hint import EmptyHint

_LEAST_S = 0.1
"""Numbers of a running call are written anew ten times a second: more cannot be read."""


class InspectorPanel(QWidget):
    """The panel about the selected dispatch or call; reads the trace when selection or records change."""

    source_wanted = Signal(str, int)
    """File and line that a person wants to see."""

    note_wanted = Signal(object)
    """A note to be edited."""

    follow_wanted = Signal(str)
    """A search that finds every payload with the same value at the same place."""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        themes: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._selection = selection
        self._facts: InspectorFacts | None = None
        self.setAccessibleName("Inspector")
        self._make_parts(themes)
        self._place_parts(themes)
        self._pace = Pace(self)
        self._pace.due.connect(self.refresh_now)
        selection.changed.connect(self.refresh_now)
        themes.changed.connect(self.refresh_theme)
        self.refresh_now()

    @property
    def facts(self) -> InspectorFacts | None:
        """What is shown, None for the empty hint."""
        return self._facts

    def offer_payload_actions(self, actions: Sequence[QAction]) -> None:
        """What can be done with the payload, beside its title."""
        self._payload_part.offer(actions)

    def refresh_records(self) -> None:
        """New records came; what is selected may have gone on."""
        if self._selection.kind:
            self._pace.ask()

    def refresh_trace(self) -> None:
        """Another trace may know the same ids for other things."""
        self.refresh_now()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        for part in (self.head, self.causes, self.effects, self.attempts, self.error, self.payload, self.notes):
            part.refresh_theme()

    def refresh_now(self) -> None:
        """Show what is selected, as the trace has it now."""
        with self._pace.measured(_LEAST_S):
            facts = self._with_files(describe(self._session.trace, self._selection.kind, self._selection.id))
        if facts is None:
            self._facts = None
            self._stack.setCurrentWidget(self._hint)
        elif facts != self._facts:
            other = self._facts is None or (facts.kind, facts.id) != (self._facts.kind, self._facts.id)
            self._facts = facts
            self._show(facts)
            self._stack.setCurrentWidget(self._scroll)
            if other:
                self._scroll.verticalScrollBar().setValue(0)
        self.refresh_notes()
        if facts is not None:
            self.payload.show_payload(self._session.trace, facts.dispatch_row)

    def _with_files(self, facts: InspectorFacts | None) -> InspectorFacts | None:
        """Places in the scenario's file as places on this machine, which can be opened."""
        if facts is None:
            return None

        def found(file: str) -> str:
            return on_this_machine(file, self._session.runs.view, self._session.document)

        file, line = facts.place
        error = facts.error
        if error is not None:
            error = replace(error, traceback=with_files(error.traceback, found))
        return replace(facts, place=(found(file), line), error=error)

    def refresh_notes(self) -> None:
        """Those about what is selected."""
        self.notes.show_notes(self._session.trace.notes.of(self._selection.kind, self._selection.id))
        self._notes_part.setVisible(not self.notes.empty)

    def _show(self, facts: InspectorFacts) -> None:
        self.head.show_head(facts)
        self.error.show_error(facts.error)
        self.error.setVisible(facts.error is not None)
        self._timing.show_facts(facts.timing)
        self._causes_part.set_title(_caused_by(facts))
        self.causes.show_links(facts.causes, before=_before_causes(facts))
        more = f"… and {facts.effects_hidden} more" if facts.effects_hidden else ""
        self.effects.show_links(facts.effects, after=more)
        self._effects_part.set_title("Caused" if facts.effects else _caused_nothing(facts))
        self.attempts.show_links(facts.attempts)
        self._attempts_part.setVisible(bool(facts.attempts))
        self.delivery.show_facts(facts.delivery)
        self._delivery_part.setVisible(bool(facts.delivery))
        self.headers.show_facts(facts.headers)
        self._headers_part.setVisible(bool(facts.headers))
        self.counters.show_facts(facts.counters)
        self._counters_part.setVisible(bool(facts.counters))
        self._log_part.setVisible(bool(facts.log))
        left_out = [f"… and {facts.log_hidden} more lines"] if facts.log_hidden else []
        self._log.setText("\n".join([*facts.log, *left_out]))

    def _make_parts(self, themes: ThemeSource) -> None:
        self.head = InspectorHead(themes, self)
        self.head.source_wanted.connect(self.source_wanted)
        self.error = ErrorBox(themes, self)
        self.error.source_wanted.connect(self.source_wanted)
        self._timing = FactRows(self)
        self.payload = PayloadBox(themes, self)
        self.payload.tree.follow_wanted.connect(self.follow_wanted)
        self.causes = LinkList(themes, stairs=True, parent=self)
        self.causes.chosen.connect(self._selection.select)
        self.effects = LinkList(themes, stairs=False, parent=self)
        self.effects.chosen.connect(self._selection.select)
        self.attempts = LinkList(themes, stairs=False, parent=self)
        self.attempts.chosen.connect(self._selection.select)
        self.notes = NoteList(themes, self)
        self.notes.chosen.connect(self.note_wanted)
        self.delivery = FactRows(self, below=True)
        self.headers = FactRows(self, below=True)
        self.counters = FactRows(self)
        self._log = BreakingLabel(self)
        self._log.setProperty("monospace", True)
        self._log.setAccessibleName("Log lines of this call")
        self._hint = EmptyHint(
            "Nothing is selected",
            "Click an emit or a bar on the timeline, or a row of a table, to see payload, timing, causes and effects.",
            parent=self,
        )

    def _place_parts(self, themes: ThemeSource) -> None:
        body = QWidget(self)
        body.setObjectName("inspector_body")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(10, 8, 10, 10)
        rows.setSpacing(4)
        self._payload_part = Section("Payload", self.payload, body)
        self._causes_part = Section("Caused by", self.causes, body)
        self._effects_part = Section("Caused", self.effects, body)
        self._attempts_part = Section("Attempts", self.attempts, body)
        self._notes_part = Section("Notes", self.notes, body)
        self._delivery_part = Section("Delivery", self.delivery, body)
        self._headers_part = Section("Headers", self.headers, body)
        self._counters_part = Section("Counters then", self.counters, body)
        self._log_part = Section("Log", self._log, body)
        for part in (
            self.head,
            self.error,
            self._notes_part,
            Section("Timing", self._timing, body),
            self._payload_part,
            self._causes_part,
            self._effects_part,
            self._attempts_part,
            self._delivery_part,
            self._headers_part,
            self._counters_part,
            self._log_part,
        ):
            rows.addWidget(part)
        rows.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._scroll.setWidget(body)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self._scroll)


def _caused_by(facts: InspectorFacts) -> str:
    if facts.causes:
        return "Caused by"
    return "Cause unknown" if facts.cause_unknown else "Caused by nothing: a root emit"


def _before_causes(facts: InspectorFacts) -> str:
    if facts.causes_hidden:
        return "… the upper end is not shown"
    return "… what caused this is not known" if facts.causes and facts.cause_unknown else ""


def _caused_nothing(facts: InspectorFacts) -> str:
    if facts.state == "lost":
        return "Caused nothing: no handler listens"
    return "Caused no calls" if facts.kind == "dispatch" else "Emitted nothing"
