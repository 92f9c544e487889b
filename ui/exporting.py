"""Writes the trace beside the Qt thread: the window lives on, says how far it is, and can end it."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.export.exporter import Selection
from bus.session import Session
from bus.session.lending import Export
from ui.jobs import LatestJob
from ui.widgets.progress import Progress

SHOW_EVERY_MS = 50


class Exporting(QObject):
    """One export at a time. Meanwhile records wait in the recorder: what is written does not change under it."""

    wrote = Signal(object)
    """The path of a file that is complete now."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._path = Path()
        self._work: _Work | None = None
        self._sheet: Progress | None = None
        self._job = LatestJob(self)
        self._job.done.connect(self._wrote)
        self._job.failed.connect(self._stopped)
        self._look = QTimer(self)
        self._look.setInterval(SHOW_EVERY_MS)
        self._look.timeout.connect(self._show_share)

    @property
    def busy(self) -> bool:
        """Whether one is being written."""
        return self._work is not None

    def start(self, format_id: str, path: Path, selection: Selection | None) -> None:
        """Begin to write. Raises UserError where one is being written already."""
        self._check()
        self.write(path, self._session.lend(format_id, path, selection))

    def write(self, path: Path, export: Export) -> None:
        """Begin to write what the session has lent."""
        self._check()
        self._path = path
        self._work = _Work(export)
        self._sheet = Progress(f"Writing {path.name}", self._window)
        self._sheet.cancelled.connect(self.cancel)
        self._look.start()
        self._job.start(self._work.run)

    def _check(self) -> None:
        if self.busy:
            raise UserError("another export is being written", hint="wait until it is done, or cancel it")

    def cancel(self) -> None:
        """End it; nothing of it is left."""
        if self._work is not None:
            self._work.cancelled.set()

    def close(self) -> None:
        """The window goes: an export that is being written goes with it."""
        self.cancel()
        if self.busy:
            self._end()
        self._job.close()

    def _show_share(self) -> None:
        if self._sheet is not None and self._work is not None:
            self._sheet.show_share(self._work.share)

    def _end(self) -> None:
        self._look.stop()
        self._work = None
        if self._sheet is not None:
            self._sheet.end()
            self._sheet = None
        self._session.give_back()

    def _wrote(self, _nothing: object) -> None:
        self._end()
        self.wrote.emit(self._path)

    def _stopped(self, error: Exception) -> None:
        self._end()
        if isinstance(error, UserError):
            self.failed.emit(error)
        elif not isinstance(error, _CancelledError):
            raise error


class _CancelledError(Exception):
    """Thrown through an exporter that is to stop."""


class _Work:
    """What runs on the other thread; the two sides share a number and a flag."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self.share = 0.0
        self.cancelled = threading.Event()

    def run(self) -> None:
        """Write it all."""
        self._export(self._progress)

    def _progress(self, share: float) -> None:
        self.share = share
        if self.cancelled.is_set():
            raise _CancelledError
