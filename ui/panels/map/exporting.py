"""Writes what the map shows into a file, beside the Qt thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bus.analysis.topology import Topology
from bus.errors import UserError
from bus.export.exporter import write_text
from bus.export.maps import MAP_FORMATS, MapFormat
from ui.job import Job
from ui.widgets import ask


class MapExport(QWidget):
    """Asks for a file, and writes one at a time. It is never shown: it is the parent of the dialog."""

    wrote = Signal(object)
    """The path of a file that is complete now."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._path = Path()
        self._job = Job(self)
        self._job.done.connect(self._wrote)
        self._job.failed.connect(self._failed)

    def ask(self, format_id: str, topology: Topology) -> None:
        """Write where a person wants it."""
        chosen = next(each for each in MAP_FORMATS if each.id == format_id)
        path = ask.file_to_save(self, f"Write the map as {chosen.title}", Path(f"map{chosen.suffix}"), _kinds(chosen))
        if path is not None:
            self.write(chosen, topology, path)

    def write(self, chosen: MapFormat, topology: Topology, path: Path) -> None:
        """Write what is shown to this file."""
        self._path = path
        self._job.start(_write, path, chosen, topology)

    def _wrote(self, _nothing: object) -> None:
        self.wrote.emit(self._path)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


def _kinds(chosen: MapFormat) -> str:
    return f"{chosen.title} (*{chosen.suffix})"


def _write(path: Path, chosen: MapFormat, topology: Topology) -> None:
    write_text(path, chosen.lines(topology))
