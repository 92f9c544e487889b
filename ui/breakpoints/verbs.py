"""Commands about breakpoints and held deliveries; and keeping the breakpoints of a scenario beside it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bus.errors import UserError
from bus.run.breakpoints import Breakpoint
from bus.run.holding import NEXT
from bus.scenario import Document
from bus.session import Session
from bus.trace.trace import Trace
from ui.breakpoints import kept
from ui.breakpoints.marks import BreakpointMarks
from ui.bridge import Bridge
from ui.ports import SettingsStore
from ui.selection import Selection


class BreakpointVerbs(QObject):
    """What a person does about breakpoints, from anywhere in the window."""

    changed = Signal()
    """A breakpoint was set, changed or taken away."""

    failed = Signal(object)
    """A UserError."""

    list_wanted = Signal()

    def __init__(
        self, session: Session, bridge: Bridge, selection: Selection, store: SettingsStore, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._selection, self._store = session, bridge, selection, store
        self._document: Document | None = None

    # Breakpoints

    def toggle_selected(self) -> None:
        """At the event of the selected emit, or at the event and handler of the selected call. Raises UserError."""
        self.toggle(*place_of(self._session.trace, self._selection.kind, self._selection.id))

    def toggle(self, event: str, handler: str) -> None:
        """Set one there, or take it away."""
        self._session.running.breakpoints.toggle(event, handler)
        self._told()

    def toggle_in_scenario(self, kind: str, name: str) -> None:
        """At an "event" or a "handler" of the scenario, or of a lane: what is shown there goes, or one comes."""
        self._toggle_shown(*((name, "") if kind == "event" else ("", name)))

    def toggle_at(self, kind: str, ident: int) -> None:
        """At the event of a "dispatch", or at the event and handler of a "call", as `toggle_in_scenario`."""
        try:
            place = place_of(self._session.trace, kind, ident)
        except UserError as error:
            self.failed.emit(error)
            return
        self._toggle_shown(*place)

    def _toggle_shown(self, event: str, handler: str) -> None:
        try:
            shown = BreakpointMarks(self._session).at(event, handler)
            for each in shown:
                self._session.running.breakpoints.remove(*each.key)
            if not shown:
                self._session.running.breakpoints.toggle(event, handler)
        except UserError as error:  # nobody else hears it: a click has asked, and no command
            self.failed.emit(error)
        self._told()

    def set(self, wanted: Breakpoint) -> None:
        """Set it, in place of the one at the same event and handler. Raises UserError."""
        self._session.running.breakpoints.set(wanted)
        self._told()

    def remove(self, event: str, handler: str) -> None:
        """Take it away."""
        self._session.running.breakpoints.remove(event, handler)
        self._told()

    def enable(self, event: str, handler: str, *, on: bool) -> None:
        """Whether it holds anything."""
        self._session.running.breakpoints.enable(event, handler, on=on)
        self._told()

    def show(self) -> None:
        """All of them, and what is held."""
        self.list_wanted.emit()

    def refresh_document(self) -> None:
        """Another scenario has other breakpoints; one that got a file keeps them there."""
        document = self._session.document
        if document is self._document:
            return
        self._document = document
        path = document.path if document is not None else None
        try:
            self._session.running.breakpoints.replace(kept.read(self._store, path) if path is not None else ())
        except UserError as error:  # the settings were written by somebody else
            self.failed.emit(error)
        self.changed.emit()

    # What is held

    def release_next(self) -> None:
        """Let the one that is held longest go on, and only that."""
        self.release(NEXT)

    def release(self, number: int) -> None:
        """Let one go on."""
        self._session.running.breakpoints.release(number)
        self._bridge.touch()

    def release_all(self) -> None:
        """Let everything go on that is held now."""
        self._session.running.breakpoints.release_all()
        self._bridge.touch()

    def release_edited(self, number: int, payload: object) -> None:
        """Let one go on with another payload."""
        self._session.running.breakpoints.release_edited(number, payload)
        self._bridge.touch()

    def drop(self, number: int) -> None:
        """Its handler is not called."""
        self._session.running.breakpoints.drop(number)
        self._bridge.touch()

    def duplicate(self, number: int) -> None:
        """One more of it."""
        self._session.running.breakpoints.duplicate(number)
        self._bridge.touch()

    def later(self, number: int, after_s: float) -> None:
        """It goes on by itself after so many seconds of the run's clock."""
        self._session.running.breakpoints.later(number, after_s)
        self._bridge.touch()

    def _told(self) -> None:
        document = self._session.document
        if document is not None and document.path is not None:
            kept.write(self._store, document.path, self._session.running.breakpoints.all)
        self.changed.emit()
        self._bridge.touch()


def place_of(trace: Trace, kind: str, ident: int) -> tuple[str, str]:
    """Event and handler of a call, the event alone of a dispatch. Raises UserError where nothing is selected."""
    handler = ""
    if kind == "call":
        row = trace.calls.row_of(ident)
        handler = trace.names.text(int(trace.calls.handler[row])) if row >= 0 else ""
        ident = int(trace.calls.dispatch[row]) if row >= 0 else 0
    row = trace.dispatches.row_of(ident)
    event = trace.names.text(int(trace.dispatches.event[row])) if row >= 0 else ""
    if not event and not handler:
        raise UserError("nothing is selected to break at", hint="select an emit or a call, or choose Breakpoints…")
    return event, handler
