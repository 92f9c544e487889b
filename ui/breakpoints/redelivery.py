"""A failed call or a dead letter once more: the commands, and the sheet for another payload."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.session import Session
from bus.session.redelivering import Redeliverable, found, redeliver, redeliver_edited, why_not
from bus.trace.resend import RecordedEmit
from ui.breakpoints.edit_sheet import PayloadSheet
from ui.bridge import Bridge
from ui.selection import Selection
from ui.theme import ThemeSource


class RedeliveryVerbs(QObject):
    """What is selected, called again."""

    failed = Signal(object)
    """A UserError."""

    def __init__(
        self, session: Session, bridge: Bridge, selection: Selection, themes: ThemeSource, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._bridge, self._selection = session, bridge, selection
        self._themes, self._window = themes, window

    def why_not(self, *, edited: bool) -> str:
        """Why the selected cannot be redelivered now, "" where it can."""
        if not self._selection.kind:
            return "nothing is selected"
        return why_not(self._session, self._selection.kind, self._selection.id, edited=edited)

    def again(self) -> None:
        """With what was emitted. Raises UserError."""
        redeliver(self._session, self._selected())
        self._bridge.touch()

    def edited(self) -> None:
        """With what a person writes into a sheet. Raises UserError."""
        sheet = RedeliverSheet(self._session, self._selected(), self._themes, self._window)
        sheet.redelivered.connect(self._bridge.touch)
        sheet.failed.connect(self.failed)
        sheet.show()

    def _selected(self) -> Redeliverable:
        return found(self._session, self._selection.kind, self._selection.id)


class RedeliverSheet(PayloadSheet):
    """The payload with which handlers are called once more."""

    redelivered = Signal()
    failed = Signal(object)
    """A UserError: something has changed meanwhile."""

    def __init__(self, session: Session, what: Redeliverable, themes: ThemeSource, parent: QWidget) -> None:
        doubt = f"{what.unlike[:1].upper()}{what.unlike[1:]}: complete it." if what.unlike else ""
        emitted = RecordedEmit(what.event, what.text, doubt)
        title = f"Redeliver {what.event} to {what.names}"
        super().__init__(session, title, emitted, "Redeliver", themes, parent)
        self._what = what
        self.chosen.connect(self._redeliver)

    def _redeliver(self, payload: object) -> None:
        try:
            redeliver_edited(self._session, self._what, payload)
        except UserError as error:
            self.failed.emit(error)
        self.redelivered.emit()
