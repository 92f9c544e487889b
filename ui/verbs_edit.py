"""Commands that change the scenario or emit by hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from bus.errors import UserError
from bus.session import Session
from bus.trace.resend import RecordedEmit, recorded
from ui.bridge import Bridge
from ui.panels.emit.panel import EmitPanel
from ui.selection import Selection


class EditVerbs:
    """Undo and redo of the scenario that is open; undo of Clear, where that was last."""

    def __init__(self, session: Session, bridge: Bridge) -> None:
        self._session = session
        self._bridge = bridge

    def undo(self) -> None:
        """Take back the last change, which may have been Clear."""
        if self._session.can_undo_clear:
            self._session.undo_clear()
        elif self._session.document is not None:
            self._session.document.undo()
        self._bridge.touch()

    def redo(self) -> None:
        """Redo the edit of the scenario that was undone last."""
        if self._session.document is not None:
            self._session.document.redo()
            self._bridge.touch()


class EmitVerbs:
    """Emitting from anywhere in the window."""

    def __init__(
        self, panel: EmitPanel, session: Session, selection: Selection, show: Callable[[], None], bridge: Bridge
    ) -> None:
        """show: brings the Emit panel in front."""
        self._panel = panel
        self._session = session
        self._selection = selection
        self._show = show
        self._bridge = bridge

    def again(self) -> None:
        """Emit what was emitted last."""
        if self._panel.form.history.entry(0) is None:
            raise UserError("nothing was emitted by hand yet", hint="the Emit panel does it: Ctrl+E")
        self._panel.emit_again()
        self._bridge.touch()

    def selected_again(self) -> None:
        """Emit at once what is selected: the dispatch, or the one that the call was for."""
        self._panel.emit_recorded(self._recorded())
        self._bridge.touch()

    def edit_selected(self) -> None:
        """Write it into the Emit panel, to be changed and emitted."""
        recorded = self._recorded()
        self._show()
        self._panel.edit_recorded(recorded)

    def copy_payload(self) -> None:
        """The payload of what is selected, as JSON, to the clipboard."""
        text = self._recorded().text
        if not text:
            raise UserError("there is no payload to copy: the event was emitted without one")
        QGuiApplication.clipboard().setText(text)

    def _recorded(self) -> RecordedEmit:
        return recorded(self._session.trace, self._selection.kind, self._selection.id)
