"""Commands of the flight recorder."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bus.errors import UserError
from bus.session import Session


class FlightVerbs(QObject):
    """Commands about the flight recorder; each is one verb of the session's recorder."""

    settings_wanted = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session

    def write(self) -> None:
        """Write what just happened. Raises UserError."""
        if self._session.flight is None:
            raise UserError("there is no flight recorder here")
        self._session.flight.press()

    def show_settings(self) -> None:
        """When it writes, and what it wrote."""
        self.settings_wanted.emit()
