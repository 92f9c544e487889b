"""The Runs tab: every run and capture that can come back, with what came of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from bus.session import Run
from ui.number_text import clock_text, count
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.view import RecordTable
from ui.runs.words import name_of, room_text
from ui.table_model import Column, TableModel
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.tip_button import tip_button

Keys = npt.NDArray[Any]

NOTHING_YET = (
    "No runs yet. Every run and every opened capture stays here until Buslens is closed, and can be seen again."
)


class RunsTab(Tab):
    """One row for each; its rows are numbers into the list that was read last, the newest on top."""

    name = "Runs"

    show_wanted = Signal(object)
    """The run; also of the next two."""

    save_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, themes = parts.session, parts.themes
        self._runs: tuple[Run, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._order: tuple[int, bool] | None = None
        self.model = TableModel(self._columns(), themes, self)
        self.view = RecordTable(self.model, themes, "Runs", self)
        self.view.set_following(False)
        self.view.hint = NOTHING_YET
        self.view.order_wanted.connect(self._order_wanted)
        self.view.doubleClicked.connect(self._show_index)
        self.view.activated.connect(self._show_index)
        self.view.selectionModel().currentRowChanged.connect(self._chosen)
        self.show_it = tip_button("Show", "Bring it back into view (Return)", self)
        self.save = tip_button("Save as Capture…", "Write it to a file that can be opened again", self)
        self.remove = tip_button("Remove", "Let it go: what is in no file is lost", self)
        self.show_it.clicked.connect(self._show)
        self.save.clicked.connect(self._save_it)
        self.remove.clicked.connect(self._remove)
        self.room = ElidedLabel(self, most_letters=0)
        self.room.setProperty("muted", True)
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 8, 4)
        for button in (self.show_it, self.save, self.remove):
            line.addWidget(button)
        line.addSpacing(6)
        line.addWidget(self.room, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.view, 1)
        rows.addLayout(line)
        self.refresh_runs()

    @property
    def count(self) -> int:
        """How many runs and captures the session has."""
        return len(self._runs)

    @property
    def title(self) -> str:
        """How many there are stands in it."""
        return f"{self.name} {count(self.count)}" if self.count else self.name

    @property
    def current(self) -> Run | None:
        """The one of the current row."""
        row = self.model.trace_row(self.view.currentIndex().row())
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def refresh_runs(self) -> None:
        """Read them again, where they changed."""
        runs = self._session.runs
        shown = (runs.revision, runs.view, *((run.counts, run.is_saved, len(run.notes.all)) for run in runs.all))
        if shown == self._shown:
            return
        self._shown = shown
        chosen = self.current
        self._runs = tuple(reversed(runs.all))
        self.room.setText(room_text(len(runs.all), runs.most, runs.goes_next()) if runs.all else "")
        self._list(self._runs.index(chosen) if chosen in self._runs else -1)
        self.counts_changed.emit()

    def _list(self, chosen: int) -> None:
        rows = np.arange(len(self._runs))
        self.view.show_rows(self.model.in_order(rows, self._order), chosen)
        self._chosen()

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("Run", 24, self._name, self._numbers),
            Column("Scenario", 20, self._scenario),
            Column("Engine", 13, self._engine),
            Column("Seed", 7, self._seed, number=True),
            Column("Begun", 10, self._begun, self._times, tip="When it was started, or opened"),
            Column("Events", 9, self._events, self._event_counts, number=True, tip="Dispatches that it recorded"),
            Column("Failed", 8, self._failed, self._failed_counts, number=True, tip="Calls that failed or timed out"),
            Column("Notes", 7, self._notes, number=True),
            Column("Saved", 9, self._saved, tip="Whether a file says all of it"),
        )

    def _name(self, row: int) -> str:
        run = self._runs[row]
        return f"{name_of(run)} (in view)" if run is self._session.runs.view else name_of(run)

    def _numbers(self) -> Keys:
        return np.array([run.number for run in self._runs])

    def _scenario(self, row: int) -> str:
        origin = self._runs[row].origin
        return origin.title if origin is not None else ""

    def _engine(self, row: int) -> str:
        return self._runs[row].engine

    def _seed(self, row: int) -> str:
        seed = self._runs[row].seed
        return "" if seed is None else str(seed)

    def _begun(self, row: int) -> str:
        return clock_text(self._runs[row].began_s)

    def _times(self) -> Keys:
        return np.array([run.began_s for run in self._runs])

    def _events(self, row: int) -> str:
        return count(self._runs[row].counts.dispatches)

    def _event_counts(self) -> Keys:
        return np.array([run.counts.dispatches for run in self._runs])

    def _failed(self, row: int) -> str:
        return count(self._runs[row].counts.failed)

    def _failed_counts(self) -> Keys:
        return np.array([run.counts.failed for run in self._runs])

    def _notes(self, row: int) -> str:
        notes = self._runs[row].notes.all
        return count(len(notes)) if notes else ""

    def _saved(self, row: int) -> str:
        run = self._runs[row]
        if run.kind == "capture":
            return "notes not" if run.notes.unsaved else "yes"
        return "" if run.is_empty else "yes" if run.is_saved else "no"

    def _order_wanted(self, column: int, descending: bool) -> None:
        self._order = (column, descending) if column >= 0 else None
        self._list(-1)

    def _chosen(self) -> None:
        current, view = self.current, self._session.runs.view
        self.show_it.setEnabled(current is not None and current is not view)
        self.remove.setEnabled(current is not None and current is not view)
        self.save.setEnabled(current is not None and current.kind == "run" and not current.is_empty)

    def _show_index(self, _index: QModelIndex) -> None:
        self._show()

    def _show(self) -> None:
        if self.current is not None:
            self.show_wanted.emit(self.current)

    def _save_it(self) -> None:
        if self.current is not None:
            self.save_wanted.emit(self.current)

    def _remove(self) -> None:
        if self.current is not None:
            self.remove_wanted.emit(self.current)
