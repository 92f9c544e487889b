"""The command that shows the connections."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class ConnectionVerbs(QObject):
    """The one command about connections: it emits `wanted`, and whoever places windows shows the sheet."""

    wanted = Signal()

    def show(self) -> None:
        """Show where the brokers are, to be changed."""
        self.wanted.emit()
