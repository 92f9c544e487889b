"""Looks now and then what the flight recorder does, because it writes when nothing else happens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from bus.errors import UserError
from bus.flight.reasons import reason
from bus.flight.recorder import FlightRecorder, WrittenFile
from bus.session import Session

LOOK_EVERY_MS = 200


class FlightWatch(QObject):
    """Turns its state into signals."""

    wrote = Signal(object)
    """A bus.flight.recorder.WrittenFile."""

    failed = Signal(object)
    """A UserError."""

    looked = Signal()
    """It was looked, whatever was found."""

    changed = Signal()
    """`state` says something else."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._told = 0
        self._problem = ""
        self._state = ""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @property
    def recorder(self) -> FlightRecorder | None:
        """The session's, where it has one."""
        return self._session.flight

    @property
    def state(self) -> str:
        """What it does, in a word or two."""
        flight = self._session.flight
        if flight is None or not flight.on:
            return "off"
        return "writing …" if flight.writing else "waiting …" if flight.waiting else "on"

    def look(self) -> None:
        """Look at the flight recorder, and emit signals for what is new."""
        flight = self._session.flight
        if flight is None:
            return
        new: list[WrittenFile] = flight.written[self._told :]
        self._told += len(new)
        for written in new:
            self.wrote.emit(written)
        if flight.problem != self._problem:
            self._problem = flight.problem
            if self._problem:
                self.failed.emit(UserError(self._problem))
        if self.state != self._state:
            self._state = self.state
            self.changed.emit()
        self.looked.emit()

    def why(self, path: Path) -> str:
        """Why it wrote a file, in this window or an earlier one; "" where the file does not say it."""
        return reason(path)

    def files(self) -> list[Path]:
        """What lies in its folder, the newest first."""
        flight = self._session.flight
        return flight.folder.files()[::-1] if flight else []

    def close(self) -> None:
        """Look no more; the window is closing."""
        self._timer.stop()
