"""Writes the trace beside the Qt thread: the window lives on, says how far it is, and can end it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.export.exporter import Selection
from bus.session import Session
from bus.session.lending import Export
from ui.job import Job, JobChannel
from ui.widgets.progress import Progress


class Exporting(QObject):
    """Writes exports beside the Qt thread, one at a time.

    Meanwhile records wait in the recorder: what is written does not change under it.
    """

    wrote = Signal(object)
    """The path of a file that is complete now."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._path = Path()
        self._sheet: Progress | None = None
        self._job = Job(self)
        self._job.progressed.connect(self._show_share)
        self._job.done.connect(self._wrote)
        self._job.stopped.connect(self._end)
        self._job.failed.connect(self._failed)

    @property
    def busy(self) -> bool:
        """Whether one is being written."""
        return self._sheet is not None

    def start(self, format_id: str, path: Path, selection: Selection | None) -> None:
        """Begin to write. Raises UserError where one is being written already."""
        self._check()
        self.write(path, self._session.lend(format_id, path, selection))

    def write(self, path: Path, export: Export) -> None:
        """Begin to write what the session has lent."""
        self._check()
        self._path = path
        self._sheet = Progress(f"Writing {path.name}", self._window)
        self._sheet.cancelled.connect(self.cancel)
        self._job.start_watched(_write, export)

    def _check(self) -> None:
        if self.busy:
            raise UserError("another export is being written", hint="wait until it is done, or cancel it")

    def cancel(self) -> None:
        """End it; nothing of it is left."""
        self._job.stop()

    def close(self) -> None:
        """The window goes: an export that is being written goes with it."""
        self._job.forget()
        if self.busy:
            self._end()

    def _show_share(self, share: float) -> None:
        if self._sheet is not None:
            self._sheet.show_share(share)

    def _end(self) -> None:
        if self._sheet is not None:
            self._sheet.end()
            self._sheet = None
        self._session.release()

    def _wrote(self, _nothing: object) -> None:
        self._end()
        self.wrote.emit(self._path)

    def _failed(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


def _write(beside: JobChannel, export: Export) -> None:
    export(beside.show)
