"""The tab of notes: what people wrote beside the capture, to be found, edited, removed and saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from bus.find import filter_notes
from bus.trace.notes import Note
from ui.notes.words import subject_words
from ui.number_text import count, moment, shown_of, span
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.view import RecordTable
from ui.table_model import Column, TableModel
from ui.widgets.tip_button import tip_button

NOTHING_YET = "No notes yet. Ctrl+Shift+N adds one to what is selected, or to the time in view."
NOTHING_MATCHES = "No note matches the filter. Clear it with the × on its chip."


class NotesTab(Tab):
    """One row for each note; its rows are numbers into the list that was read last."""

    name = "Notes"

    add_wanted = Signal()
    save_wanted = Signal()
    edit_wanted = Signal(object)
    """The note; also of the next two."""

    remove_wanted = Signal(object)
    go_wanted = Signal(object)

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, self._filter, themes = parts.session, parts.filter_state, parts.themes
        self._notes: tuple[Note, ...] = ()
        self._seen: tuple[object, ...] | None = None
        self._order: tuple[int, bool] | None = None
        self.model = TableModel(self._columns(), themes, self)
        self.view = RecordTable(self.model, themes, "Notes", self)
        self.view.set_following(False)
        self.view.order_wanted.connect(self._order_wanted)
        self.view.doubleClicked.connect(self._go)
        self.view.activated.connect(self._go)
        self.view.selectionModel().currentRowChanged.connect(self._chosen)
        self.add = tip_button("Add Note…", "A note on what is selected, or on the time in view", self)
        self.edit = tip_button("Edit…", "Say it differently", self)
        self.remove = tip_button("Remove", "Take this note away", self)
        self.save = tip_button("Save into the Capture", "Write the notes into the file that is open", self)
        self.add.clicked.connect(self.add_wanted)
        self.edit.clicked.connect(self._edit)
        self.remove.clicked.connect(self._remove)
        self.save.clicked.connect(self.save_wanted)
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 8, 4)
        for button in (self.add, self.edit, self.remove):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.save)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.view, 1)
        rows.addLayout(line)
        self.refresh()

    @property
    def count(self) -> int:
        """How many notes the trace has."""
        return len(self._notes)

    @property
    def title(self) -> str:
        """How many there are stands in it."""
        return f"{self.name} {count(self.count)}" if self.count else self.name

    @property
    def shown_text(self) -> str:
        """How many of them the filter leaves; "" where it is everything."""
        return shown_of(self.model.rowCount(), self.count) if self._filter.active else ""

    @property
    def current(self) -> Note | None:
        """The note of the current row."""
        row = self.model.trace_row(self.view.currentIndex().row())
        return self._notes[row] if 0 <= row < len(self._notes) else None

    def refresh(self) -> None:
        """Read them again, where they changed."""
        trace = self._session.trace
        seen = (trace.notes, trace.notes.revision, trace.notes.unsaved, self._filter.applied_text)
        if seen == self._seen:
            return
        self._seen = seen
        chosen = self.current
        self._notes = trace.notes.all
        row = next((at for at, note in enumerate(self._notes) if chosen and note.id == chosen.id), -1)
        self._show(row)
        self.save.setEnabled(trace.raw.path is not None and trace.notes.unsaved)
        self.counts_changed.emit()

    def refresh_records(self) -> None:
        """Notes come with the records of a capture."""
        self.refresh()

    def refresh_notes(self) -> None:
        """Those of the trace are others now."""
        self.refresh()

    def _show(self, chosen: int) -> None:
        rows = np.array(filter_notes.rows(self._session.trace, self._filter.filter), np.int64)
        self.view.hint = NOTHING_MATCHES if self._notes else NOTHING_YET
        self.view.show_rows(self.model.in_order(rows, self._order), chosen)
        self._chosen()

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("Time", 12, self._time, self._times, number=True, tip="Seconds since the capture began"),
            Column("Length", 9, self._length, self._lengths, number=True, tip="Of a note on a stretch of time"),
            Column("About", 26, self._about),
            Column("Note", 60, self._text),
        )

    def _time(self, row: int) -> str:
        return moment(self._notes[row].time_ns - self._session.trace.span_ns[0])

    def _times(self) -> npt.NDArray[Any]:
        return np.array([note.time_ns for note in self._notes], np.int64)

    def _length(self, row: int) -> str:
        note = self._notes[row]
        return span(note.end_ns - note.time_ns) if note.is_band else ""

    def _lengths(self) -> npt.NDArray[Any]:
        return np.array([note.end_ns - note.time_ns for note in self._notes], np.int64)

    def _about(self, row: int) -> str:
        return subject_words(self._session.trace, self._notes[row])

    def _text(self, row: int) -> str:
        note = self._notes[row]
        return note.text or "(a mark that was kept)"

    def _order_wanted(self, column: int, descending: bool) -> None:
        self._order = (column, descending) if column >= 0 else None
        self._show(-1)

    def _chosen(self) -> None:
        for button in (self.edit, self.remove):
            button.setEnabled(self.current is not None)

    def _go(self, _index: QModelIndex) -> None:
        if self.current is not None:
            self.go_wanted.emit(self.current)

    def _edit(self) -> None:
        if self.current is not None:
            self.edit_wanted.emit(self.current)

    def _remove(self) -> None:
        if self.current is not None:
            self.remove_wanted.emit(self.current)
