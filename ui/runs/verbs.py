"""Commands about runs: show another one, save or remove one, take Clear back, and what quitting asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bus.capture.capture import SUFFIX
from bus.errors import UserError
from bus.session import Run, Session
from ui.bridge import Bridge
from ui.exporting import Exporting
from ui.ports import SettingsStore
from ui.recent import RecentFiles
from ui.runs.words import name_of
from ui.selection import Selection
from ui.state import LIVE
from ui.widgets import ask

CAPTURE = "Captures (*.buslens)"


class RunListVerbs(QObject):
    """Commands about the list of runs. Holds no run: the session does."""

    list_wanted = Signal()
    changed = Signal()
    """The list, or what is said of one in it."""

    failed = Signal(object)
    """A UserError."""

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        selection: Selection,
        exporting: Exporting,
        recent: RecentFiles,
        store: SettingsStore,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._bridge, self._selection = session, bridge, selection
        self._exporting, self._recent, self._store, self._window = exporting, recent, store, window
        self._left = session.runs.view

    def show_list(self) -> None:
        """Bring the list to the front."""
        self.list_wanted.emit()

    def earlier(self) -> None:
        """The run before the one in view."""
        self._go(-1)

    def later(self) -> None:
        """The run after the one in view."""
        self._go(1)

    def show(self, run: Run) -> None:
        """Bring it back, as it was; one that goes on is ended only where the person says so."""
        session = self._session
        if run is session.runs.view:
            return
        if session.engine_state.phase in LIVE and not ask.whether_to_end(
            self._window, session.runs.view.title, name_of(run)
        ):
            return
        self._try(lambda: session.show(run))

    def undo_clear(self) -> None:
        """Bring back what was cleared."""
        self._session.undo_clear()
        self._bridge.touch()

    def try_undo_clear(self) -> None:
        """Undo Clear, called by a button: a mistake is shown, not raised."""
        self._try(self._session.undo_clear)

    def save(self, run: Run) -> None:
        """Write it as a capture, beside the window."""
        path = ask.file_to_save(self._window, "Save the run as a capture", self._suggestion(run), CAPTURE)
        if path is not None:
            self._try(lambda: self._exporting.write(path, self._session.lend_run(run, path)))

    def remove(self, run: Run) -> None:
        """Let it go; what is in no file only after asking."""
        if not run.is_at_stake or ask.whether_to_remove(self._window, name_of(run)):
            self._session.runs.remove(run)
            self.changed.emit()

    def view_replaced(self) -> None:
        """Something else is in view: what was selected in the one before is selected there again when it comes back."""
        view = self._session.runs.view
        self._left.selected = self._selection.kind, self._selection.id
        self._left = view
        self._selection.clear()

    def select_again(self) -> None:
        """What was selected when it was in view last."""
        self._selection.select(*self._session.runs.view.selected)

    def may_quit(self) -> bool:
        """Whether nothing is lost that a person may want: it is in a file now, or they do not want it.

        Notes are work and are asked about for each file. Runs are asked about once, all together; those of a sample
        that nobody touched come back with F5, and asking about them would teach to press Discard.
        """
        captures = [run for run in self._session.runs.at_stake() if run.kind == "capture"]
        if not all(self._may_lose_notes(run) for run in captures):
            return False
        runs = [run for run in self._session.runs.at_stake() if run.kind == "run"]
        settings = self._store.read()
        if not runs or not (settings.ask_about_runs or any(run.notes.all for run in runs)):
            return True
        answer = ask.about_runs(self._window, [name_of(run) for run in runs])
        if answer == "save":
            return self._save_all(runs)
        return answer == "discard"

    def _may_lose_notes(self, run: Run) -> bool:
        answer = ask.about_unsaved(self._window, f"the notes of {run.title}")
        if answer == "save":
            self._session.show(run)
            self._write(self._session.lend_notes())
        return answer != "cancel"

    def _save_all(self, runs: list[Run]) -> bool:
        if len(runs) == 1:
            path = ask.file_to_save(self._window, "Save the run as a capture", self._suggestion(runs[0]), CAPTURE)
            paths = [path] if path is not None else []
        else:
            folder = ask.folder(self._window, "Save the runs into", self._recent.folder)
            paths = [_free(folder / self._suggestion(run).name) for run in runs] if folder is not None else []
        for run, path in zip(runs, paths, strict=False):
            self._write(self._session.lend_run(run, path))
            self._recent.add(path)
        return bool(paths)

    def _write(self, write: Callable[[None], None]) -> None:
        try:
            write(None)
        finally:
            self._session.release()

    def _suggestion(self, run: Run) -> Path:
        title = run.origin.title if run.origin is not None else "run"
        stem = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in Path(title).stem) or "run"
        after = "-after-clear" if run.after_clear else ""
        return self._recent.folder / f"{stem}-run-{run.number}{after}{SUFFIX}"

    def _go(self, by: int) -> None:
        runs = self._session.runs
        at = runs.all.index(runs.view) if runs.view in runs.all else len(runs.all)
        if 0 <= at + by < len(runs.all):
            self.show(runs.all[at + by])

    def _try(self, does: Callable[[], object]) -> None:
        try:
            does()
        except UserError as error:
            self.failed.emit(error)
        self._bridge.touch()


def _free(path: Path) -> Path:
    """A name that no file has yet."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free
