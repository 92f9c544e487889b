"""The Runs tab: every run and capture that can come back, with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bus.runs import Run
from bus.session import Session
from ui.panels.tables_text import count
from ui.panels.tables_view import RecordTable
from ui.runs.words import clock_text, name_of, room_text
from ui.table_model import Column, TableModel, sorted_rows
from ui.theme import ThemeSource
from ui.widgets.elided import ElidedLabel

NOTHING_YET = (
    "No runs yet. Every run and every opened capture stays here until Buslens is closed, and can be seen again."
)


class RunsTab(QWidget):
    """One row for each; its rows are numbers into the list that was read last, the newest on top."""

    show_wanted = Signal(object)
    """The run; also of the next two."""

    save_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
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
        self.show_it = _button("Show", "Bring it back into view (Return)", self)
        self.save = _button("Save as Capture…", "Write it to a file that can be opened again", self)
        self.remove = _button("Remove", "Let it go: what is in no file is lost", self)
        self.show_it.clicked.connect(self._show)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._remove)
        self.room = ElidedLabel(self)
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
        self.refresh()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._runs)

    @property
    def current(self) -> Run | None:
        """The one of the current row."""
        row = self.model.trace_row(self.view.currentIndex().row())
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def refresh(self) -> None:
        """Read them again, where they changed."""
        runs = self._session.runs
        shown = (runs.revision, runs.view, *((run.counts, run.is_saved, len(run.notes.all)) for run in runs.all))
        if shown == self._shown:
            return
        self._shown = shown
        chosen = self.current
        self._runs = tuple(reversed(runs.all))
        self.room.say(room_text(len(runs.all), runs.most, runs.goes_next()) if runs.all else "")
        self._list(self._runs.index(chosen) if chosen in self._runs else -1)

    def _list(self, chosen: int) -> None:
        rows = np.arange(len(self._runs))
        column = self.model.columns[self._order[0]] if self._order else None
        if column is not None and column.key is not None and self._order is not None:
            rows = sorted_rows(rows, column.key(), descending=self._order[1])
        self.view.show_rows(rows, chosen)
        self._chosen()

    def _columns(self) -> tuple[Column, ...]:
        of = self._of
        return (
            Column("Run", 24, of(self._name), of_key(self, lambda run: run.number)),
            Column("Scenario", 20, of(lambda run: run.origin.title if run.origin is not None else "")),
            Column("Engine", 13, of(lambda run: run.engine)),
            Column("Seed", 7, of(lambda run: "" if run.seed is None else str(run.seed)), number=True),
            Column("Begun", 10, of(lambda run: clock_text(run.began_s)), of_key(self, lambda run: run.began_s)),
            Column(
                "Events", 9, of(lambda run: count(run.counts.dispatches)),
                of_key(self, lambda run: run.counts.dispatches), number=True, tip="Dispatches that it recorded",
            ),
            Column(
                "Failed", 8, of(lambda run: count(run.counts.failed)), of_key(self, lambda run: run.counts.failed),
                number=True, tip="Calls that failed or timed out",
            ),
            Column("Notes", 7, of(lambda run: count(len(run.notes.all)) if run.notes.all else ""), number=True),
            Column("Saved", 9, of(_saved_text), tip="Whether a file says all of it"),
        )  # fmt: skip

    def _of(self, says: Callable[[Run], str]) -> Callable[[int], str]:
        return lambda row: says(self._runs[row])

    def numbers(self, says: Callable[[Run], float]) -> npt.NDArray[Any]:
        """One for each of them, to sort by."""
        return np.array([says(run) for run in self._runs], np.float64)

    def _name(self, run: Run) -> str:
        return f"{name_of(run)} (in view)" if run is self._session.runs.view else name_of(run)

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

    def _save(self) -> None:
        if self.current is not None:
            self.save_wanted.emit(self.current)

    def _remove(self) -> None:
        if self.current is not None:
            self.remove_wanted.emit(self.current)


def of_key(tab: RunsTab, says: Callable[[Run], float]) -> Callable[[], npt.NDArray[Any]]:
    """What a column sorts by."""
    return lambda: tab.numbers(says)


def _saved_text(run: Run) -> str:
    if run.kind == "capture":
        return "notes not saved" if run.notes.unsaved else "yes"
    return "" if run.is_empty else "yes" if run.is_saved else "no"


def _button(text: str, tip: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setToolTip(tip)
    return button
