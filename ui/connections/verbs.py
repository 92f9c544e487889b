"""The command that shows the connections."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class ConnectionVerbs(QObject):
    """One verb; whoever places windows does it."""

    wanted = Signal()

    def show(self) -> None:
        """Where the brokers are."""
        self.wanted.emit()
