"""Commands that change the scenario or emit by hand."""

from __future__ import annotations

from bus.errors import UserError
from bus.session import Session
from ui.bridge import Bridge
from ui.panels.emit import EmitPanel


class EditVerbs:
    """Undo and redo of the scenario that is open."""

    def __init__(self, session: Session, bridge: Bridge) -> None:
        self._session = session
        self._bridge = bridge

    def undo(self) -> None:
        """Take back the last change."""
        if self._session.document is not None:
            self._session.document.undo()
            self._bridge.touch()

    def redo(self) -> None:
        """Do it again."""
        if self._session.document is not None:
            self._session.document.redo()
            self._bridge.touch()


class EmitVerbs:
    """Emitting from anywhere in the window."""

    def __init__(self, panel: EmitPanel, bridge: Bridge) -> None:
        self._panel = panel
        self._bridge = bridge

    def again(self) -> None:
        """Emit what was emitted last."""
        if self._panel.form.history.entry(0) is None:
            raise UserError("nothing was emitted by hand yet", hint="the Emit panel does it: Ctrl+E")
        self._panel.emit_again()
        self._bridge.touch()
