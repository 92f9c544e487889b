"""Commands about files: open, save, export, trust. Each asks what it must and then calls one verb of the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.export import EXPORTERS
from bus.export.slice import Span
from bus.scenario import Document
from bus.scenario.samples import FOLDER, SAMPLES
from bus.session import Session
from ui.bridge import Bridge
from ui.exporting import Exporting
from ui.ports import TrustStore
from ui.recent import RecentFiles
from ui.selection import Selection
from ui.widgets import ask

OPENABLE = "Scenarios and captures (*.yaml *.yml *.buslens);;All files (*)"
SCENARIO = "Scenarios (*.yaml *.yml)"
CAPTURE = "Captures (*.buslens)"
ROWS = "CSV (*.csv);;JSON lines (*.jsonl);;Parquet (*.parquet)"


class FileVerbs(QObject):
    """Commands about files. Holds no file: the session does."""

    failed = Signal(object)
    """A UserError of something that no command asked for, such as a dropped file."""

    opened = Signal()
    """Another scenario or capture is there."""

    trusted = Signal()
    """The scenario's Python may run now."""

    recent_wanted = Signal()
    samples_wanted = Signal()
    programs_wanted = Signal()
    code_wanted = Signal()

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        trust: TrustStore,
        recent: RecentFiles,
        selection: Selection,
        window: QWidget,
        in_view: Callable[[], Span],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._bridge = bridge
        self._trust = trust
        self._recent = recent
        self._selection = selection
        self._window = window
        self._in_view = in_view
        self.may_save: Callable[[], bool] = _always
        """Whether the scenario may be saved without what stands in its fields and cannot be taken."""

        self.may_lose_drafts: Callable[[], bool] = _always
        """Whether that may be lost."""

        self.exporting = Exporting(session, window)
        self.exporting.failed.connect(self.failed)

    def new(self, made: Document | None = None) -> bool:
        """Open a scenario that is in no file yet; an empty one, where none was made. Whether it was opened."""
        if not self.may_leave():
            return False
        self._session.new_scenario(made)
        self._after_opening()
        return True

    def ask_open(self) -> None:
        """Open what the person chooses."""
        path = ask.file_to_open(self._window, "Open a scenario or capture", self._recent.folder, OPENABLE)
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open a file, whichever kind it is: a scenario takes the place of the one that is open, a capture does not."""
        if not self._session.open(path, self.may_leave):
            return
        if FOLDER not in path.resolve().parents:
            self._recent.add(path)
        self._after_opening()

    def follow(self) -> None:
        """Open the capture in view again, and go on with what is written into it."""
        path = self._session.trace.raw.path
        if path is not None:
            self._session.open_capture(path, follow=True)
            self._after_opening()

    def try_open(self, path: str, only: Sequence[Path] = ()) -> None:
        """Open a file that was dropped or chosen from a list; a mistake is shown, not raised.

        only: of a session, what some of its processes record into: just these are shown.
        """
        try:
            if only:
                self._session.open_programs(Path(path), only)
                self._after_opening()
            else:
                self.open(Path(path))
        except UserError as error:
            self.failed.emit(error)

    def open_sample(self, sample_id: str) -> None:
        """Open a sample that Buslens brings."""
        self.try_open(next(str(sample.path) for sample in SAMPLES if sample.id == sample_id))

    def choose_recent(self) -> None:
        """Let a person choose a recent file to open."""
        if not self._recent.paths:
            raise UserError("there are no recent files yet", hint="open one: Ctrl+O")
        self.recent_wanted.emit()

    def choose_sample(self) -> None:
        """Let a person choose a sample to open."""
        self.samples_wanted.emit()

    def show_programs(self) -> None:
        """Show the programs that are watched, to be opened."""
        self.programs_wanted.emit()

    def save(self) -> bool:
        """Save where it was opened; a sample of ours, and what has no file, is asked for one. Whether it was saved."""
        return self.may_save() and self._save()

    def _save(self) -> bool:
        document = self._session.document
        if document is None:
            return False
        if document.path is None or FOLDER in document.path.resolve().parents:
            return self._ask_save_as()
        self._session.save(None)
        self._bridge.touch()
        return True

    def ask_save_as(self) -> bool:
        """Save where the person says. Whether it was saved."""
        return self.may_save() and self._ask_save_as()

    def _ask_save_as(self) -> bool:
        document = self._session.document
        if document is None:
            return False
        name = document.path.name if document.path else f"{_file_name(document.scenario.name)}.yaml"
        path = ask.file_to_save(self._window, "Save the scenario", self._recent.folder / name, SCENARIO)
        if path is None:
            return False
        self._session.save(path)
        self._recent.add(path)
        self._bridge.touch()
        return True

    def may_leave(self) -> bool:
        """Whether the scenario may be left: it is saved, or the person saved it now or does not want it."""
        document = self._session.document
        if not self.may_lose_drafts():
            return False
        if document is not None and document.dirty:
            answer = ask.about_unsaved(self._window, document.title)
            if answer == "cancel" or (answer == "save" and not self._save()):
                return False
        return True

    def ask_export(self, format_id: str) -> None:
        """Write the trace in this format; the selection limits what only makes sense for one flow."""
        exporter = next(each for each in EXPORTERS if each.id == format_id)
        document = self._session.document
        name = _file_name(document.scenario.name if document else "capture") + exporter.suffix
        kind = f"{exporter.title} (*{exporter.suffix})"
        path = ask.file_to_save(self._window, f"Export: {exporter.title}", self._recent.folder / name, kind)
        if path is not None:
            selected = (self._selection.kind, self._selection.id) if self._selection.kind else None
            self.exporting.start(format_id, path, selected)

    def ask_export_view(self) -> None:
        """Write what the timeline shows to a capture of its own."""
        document = self._session.document
        name = _file_name(document.scenario.name if document else "capture") + "-part.buslens"
        path = ask.file_to_save(self._window, "Export the time in view", self._recent.folder / name, CAPTURE)
        if path is not None:
            self.exporting.write(path, self._session.lend_part(path, self._in_view()))

    def ask_export_rows(self, table: str, ids: object) -> None:
        """Write rows that a table shows: CSV, JSON lines or Parquet, as the chosen name ends."""
        path = ask.file_to_save(self._window, "Export the rows", self._recent.folder / f"{table}.csv", ROWS)
        if path is None:
            return
        try:
            self.exporting.write(path, self._session.lend_rows(path, table, ids))
        except UserError as error:
            self.failed.emit(error)

    @property
    def untrusted(self) -> bool:
        """Whether Python code waits for trust."""
        document = self._session.document
        return document is not None and document.needs_trust and not self._trust.trusts(document.content_hash)

    def trusts(self, content_hash: str) -> bool:
        """Whether the person trusts the file with this content."""
        return self._trust.trusts(content_hash)

    def trust(self) -> None:
        """Let the Python handlers of this scenario run."""
        document = self._session.document
        if document is not None:
            self._trust.trust(document.content_hash, document.path or document.title)
            self.trusted.emit()

    def show_code(self) -> None:
        """Show the Python that the scenario would run."""
        self.code_wanted.emit()

    def open_settings(self) -> None:
        """Show the settings file in the person's editor."""
        path = self._recent.settings_path
        if path is None or not path.exists():
            raise UserError("there is no settings file yet", hint="it is written when the window is closed")
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def quit(self) -> None:
        """Close the window; it asks about what is unsaved."""
        self._window.close()

    def _after_opening(self) -> None:
        self._bridge.touch()
        self.opened.emit()


def _file_name(title: str) -> str:
    """A title as a file's name."""
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "-".join(words) or "untitled"


def _always() -> bool:
    return True
