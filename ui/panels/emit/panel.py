"""The emit panel: put an event on the bus by hand, once, some times, or at a rate, and again from the history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.scenario import payload as payloads
from bus.session import Session
from bus.trace.resend import RecordedEmit
from ui.panels.emit.form import EmitForm
from ui.panels.emit.history import HistoryEntry
from ui.panels.emit.rate import RateEmitter
from ui.theme import ThemeSource
from ui.widgets.json_places import JsonProblem, path_of


class EmitPanel(QWidget):
    """The panel that emits by hand: a draft of a payload for each event of the scenario."""

    failed = Signal(object)
    """A UserError that is not about what stands in this panel."""

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._document = session.document
        self._known: list[str] = []
        """The events of the last look, to tell which one was renamed."""

        self._drafts: dict[str, str] = {}
        self._shown_event = ""
        self.setAccessibleName("Emit")
        self.form = EmitForm(themes, self)
        self.form.history.show_of(_name(self._document))
        self.rate = RateEmitter(self)
        self.form.event_box.currentTextChanged.connect(self._event_changed)
        self.form.payload.validity_changed.connect(self._refresh_buttons)
        self.form.payload.textChanged.connect(self.form.clear_error)
        self.form.payload.problems_changed.connect(self._refresh_buttons)
        self.form.against.toggled.connect(self._refresh_buttons)
        self.form.once.clicked.connect(self.emit_once)
        self.form.many.clicked.connect(self.emit_many)
        self.form.at_rate.toggled.connect(self._toggle_rate)
        self.form.sample.clicked.connect(self.show_sample)
        self.form.again.clicked.connect(self.emit_again)
        self.form.edit.clicked.connect(self.edit_again)
        self.form.history_view.activated.connect(self._emit_row_again)
        self.rate.due.connect(self._emit_due)
        self.rate.running_changed.connect(self.form.show_rate_running)
        self._shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        self._shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._shortcut.activated.connect(self.emit_once)
        themes.changed.connect(self.refresh_theme)
        self.refresh_document()

    # What wiring tells it

    def refresh_engine(self) -> None:
        """An engine that failed or was closed takes the rate with it."""
        if self.rate.running and self._session.engine_state.phase in ("failed", "stopping"):
            self.rate.stop()

    def refresh_document(self) -> None:
        """The scenario's events may be others now; a draft of an event that is still there is kept."""
        names = self.event_names()
        self.form.set_usable(self._session.document is not None)
        if self._session.document is not self._document:
            self._begin_document()
        self._follow_rename(names)
        self.form.show_events(names)
        if not self.form.event_box.currentText() and names:
            self.form.event_box.setCurrentText(names[0])
        self._event_changed(self.form.event_box.currentText())

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.form.refresh_theme()

    def _begin_document(self) -> None:
        """Drafts of another scenario's events mean nothing in this one."""
        self._document = self._session.document
        self.rate.stop()
        self._drafts.clear()
        self.form.against.setChecked(False)
        self.form.history.show_of(_name(self._document))
        self.form.refresh_history()
        self._known = []
        self._shown_event = ""
        self.form.event_box.setCurrentText("")
        self.form.payload.set_text("")

    def _follow_rename(self, names: list[str]) -> None:
        """An event that was chosen and now has another name stays chosen, with what was written for it."""
        before, self._known = self._known, names
        if self._shown_event not in before or self._shown_event in names or len(before) != len(names):
            return
        name = names[before.index(self._shown_event)]
        if name not in before:
            self._shown_event = name
            self.form.event_box.setCurrentText(name)

    # Verbs

    def event_names(self) -> list[str]:
        """The scenario's events in its order."""
        document = self._session.document
        return list(document.scenario.events) if document else []

    def show_sample(self) -> None:
        """Write the scenario's sample payload of the chosen event."""
        self.form.payload.set_text(self._sample(self._event_name()))

    def emit_once(self) -> None:
        """Emit what stands in the form."""
        self._emit(1)

    def emit_many(self) -> None:
        """Emit it as often as the form says."""
        self._emit(self.form.times.value())

    def emit_again(self) -> None:
        """Emit the chosen entry of the history, the newest where none is chosen."""
        self._emit_row_again(self.form.history_view.currentIndex())

    def emit_recorded(self, recorded: RecordedEmit) -> None:
        """Emit what a capture holds, at once. Raises UserError where that would be something else than then."""
        if recorded.doubt:
            raise UserError(f"{recorded.event} was not emitted again: {recorded.doubt}", hint="use Edit and Emit")
        self._session.emit(recorded.event, json.loads(recorded.text) if recorded.text else None, 1)
        self._remember(recorded.event, recorded.text, 1)

    def edit_recorded(self, recorded: RecordedEmit) -> None:
        """Write into the form what a capture or the history holds; undo in the payload brings back what stood there."""
        self.form.event_box.setCurrentText(recorded.event)
        self.form.payload.set_text(recorded.text)
        if recorded.doubt:
            self.form.show_error(f"{recorded.doubt[0].upper()}{recorded.doubt[1:]}")
        self.form.payload.setFocus()

    def edit_again(self) -> None:
        """Write the chosen entry of the history into the form, the newest where none is chosen."""
        entry = self.form.history.entry(max(self.form.history_view.currentIndex().row(), 0))
        if entry is not None:
            self.edit_recorded(RecordedEmit(entry.event, entry.text))

    def hideEvent(self, event: QHideEvent) -> None:
        """A panel that was closed must not go on emitting unseen; a covered window may."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.rate.stop()

    def _event_name(self) -> str:
        return self.form.event_box.currentText().strip()

    def _emit(self, times: int) -> None:
        if self._mistake():
            self.rate.stop()
            return
        text = "" if self.form.payload.is_empty else self.form.payload.toPlainText()
        self._put(self._event_name(), text, times)

    def _mistake(self) -> bool:
        if not self._event_name():
            self.form.show_error("Choose or write the name of an event")
            self.form.event_box.setFocus()
            return True
        if not self._ready:
            self.form.payload.setFocus()
            return True
        return False

    def _put(self, event: str, text: str, times: int) -> None:
        try:
            value = json.loads(text) if text.strip() else None
            if self.form.against.isChecked():
                self._session.emit(event, value, times, against_schema=True)
            else:
                self._session.emit(event, value, times)
        except UserError as error:
            self.rate.stop()
            self.form.show_error(str(error))
            return
        self._remember(event, text, times)

    def _remember(self, event: str, text: str, times: int) -> None:
        self.form.clear_error()
        self.form.history.add(HistoryEntry(datetime.now(), event, text, times))
        self.form.refresh_history()

    def _emit_due(self, times: int) -> None:
        self._emit(times)

    def _toggle_rate(self, on: bool) -> None:
        if not on:
            self.rate.stop()
        elif self._mistake():
            self.form.show_rate_running(False)
        elif not self.rate.running:
            self.rate.start(self.form.per_second.value())

    def _emit_row_again(self, index: QModelIndex) -> None:
        entry = self.form.history.entry(max(index.row(), 0))
        if entry is not None:
            self._put(entry.event, entry.text, 1)

    # The chosen event

    def _event_changed(self, _text: str) -> None:
        name = self._event_name()
        if name != self._shown_event:
            self._switch_to(name)
        self.form.payload.set_checker(self._check)
        self.form.show_known(name in self.event_names() or not name)
        self._refresh_buttons()

    def _switch_to(self, name: str) -> None:
        """Known events have a draft each; a name that is being written keeps the payload that stands there."""
        known = self.event_names()
        self.rate.stop()
        self.form.clear_error()
        self.form.payload.set_checker(None)
        if self._shown_event in known:
            self._drafts[self._shown_event] = self.form.payload.toPlainText()
        if name in known:
            self.form.payload.set_text(self._drafts.get(name) or self._sample(name))
        self._shown_event = name
        self.form.show_beginning()

    def _sample(self, name: str) -> str:
        document = self._session.document
        event = document.scenario.events.get(name) if document else None
        if event is None or event.sample is None:
            return ""
        return json.dumps(event.sample, indent=2, ensure_ascii=False)

    def _check(self, value: object) -> Sequence[JsonProblem]:
        document = self._session.document
        event = document.scenario.events.get(self._event_name()) if document else None
        if event is None:
            return ()
        return [JsonProblem(problem.problem, path_of(problem.path)) for problem in payloads.check(event, value)]

    @property
    def _ready(self) -> bool:
        """Whether the payload may be emitted: it is right, or wrong by its schema alone and on purpose."""
        payload = self.form.payload
        return payload.valid or (payload.is_json and self.form.against.isChecked())

    def _refresh_buttons(self) -> None:
        payload = self.form.payload
        breaks = payload.is_json and not payload.valid
        if not breaks and payload.valid:
            self.form.against.setChecked(False)  # a purpose is for one payload
        self.form.set_ready(self._ready, breaks=breaks)


def _name(document: Any) -> str:
    """What tells the history of one scenario from that of another."""
    return "" if document is None else str(document.path or document.title)
