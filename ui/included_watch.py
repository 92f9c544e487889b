"""Looks at the files that the open scenario includes: where one changes on the disk, the scenario follows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from bus.errors import UserError
from bus.session import Session

AFTER_MS = 200
"""Editors write a file in several steps."""


class IncludedWatch(QObject):
    """The files that the document of a session includes, as long as it is open."""

    changed = Signal()
    """The document says something else now."""

    failed = Signal(object)
    """A UserError: with what a file says now the scenario is wrong, and stays what it was."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._watcher = QFileSystemWatcher(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(AFTER_MS)
        self._later.timeout.connect(self._look)
        self._watcher.fileChanged.connect(self._later.start)
        self._watcher.directoryChanged.connect(self._later.start)

    def refresh_document(self) -> None:
        """Watch what it includes; also the folders, for most editors write a new file in place of the old one."""
        document = self._session.document
        wanted: set[str] = set()
        if document is not None and document.path is not None:
            files = [document.path.parent / name for name in document.texts.included]
            wanted = {str(path) for file in files for path in (file, file.parent) if Path(path).exists()}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if watched - wanted:
            self._watcher.removePaths(sorted(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(sorted(wanted - watched))

    def _look(self) -> None:
        document = self._session.document
        if document is None:
            return
        try:
            if document.look_again():
                self.changed.emit()
        except UserError as error:
            self.failed.emit(error)
        self.refresh_document()
