"""Commands about notes: each changes the notes of the trace, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from bus.export.slice import REASON, Span
from bus.session import Session
from bus.trace import Trace
from bus.trace.notes import Note
from ui.exporting import Exporting
from ui.notes.sheet import NoteSheet
from ui.notes.words import about_words
from ui.selection import Selection


class NoteVerbs(QObject):
    """Notes belong to the trace that is shown; nothing of them is kept here."""

    changed = Signal()
    failed = Signal(object)
    """A UserError."""

    stretch_wanted = Signal(object, object)
    """Nanoseconds: the time that a note stands at, with room around it."""

    def __init__(
        self, session: Session, selection: Selection, in_view: Callable[[], Span], exporting: Exporting, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._selection, self._window = session, selection, window
        self._in_view, self._exporting = in_view, exporting
        self._writing: _Writing | None = None
        exporting.wrote.connect(self.changed)

    def add(self) -> None:
        """Write one: on what is selected, or on the middle of the time in view."""
        trace = self._session.trace
        kind, ident = self._selection.kind, self._selection.id
        time_ns = _time_of(trace, kind, ident)
        if time_ns is None:
            kind, ident, view = "", 0, self._in_view()
            time_ns = min(max((view[0] + view[1]) // 2, trace.span_ns[0]), trace.span_ns[1])
        self._write(Note(0, time_ns, time_ns, kind, ident, ""))

    def edit(self, note: Note) -> None:
        """Let a person change the text of a note."""
        self._write(note)

    def remove(self, note: Note) -> None:
        """Remove a note from the trace."""
        self._session.trace.notes.remove(note.id)
        self.changed.emit()

    def go_to(self, note: Note) -> None:
        """Show where it stands, and select what it is about."""
        view = self._in_view()
        if note.is_band or not view[0] <= note.time_ns <= view[1]:
            room = max((note.end_ns - note.time_ns) // 4, 0 if note.is_band else (view[1] - view[0]) // 2, 1000)
            self.stretch_wanted.emit(note.time_ns - room, note.end_ns + room)
        if _time_of(self._session.trace, note.kind, note.about) is not None:
            self._selection.select(note.kind, note.about)

    def select_reason(self) -> None:
        """In a file of the flight recorder, select what it was written for."""
        trace = self._session.trace
        reason = next((note for note in trace.notes.all if note.id == REASON), None)
        if reason is not None and trace.header is not None and "flight" in trace.header.extra:
            self.go_to(reason)

    def save(self) -> None:
        """Into the file that is open, beside the window. Raises UserError."""
        write = self._session.lend_notes()
        self._exporting.write(self._session.trace.raw.path or Path(), write)

    def _write(self, note: Note) -> None:
        self._writing = _Writing(self._session.trace, note)
        about = about_words(self._session.trace, note)
        sheet = NoteSheet(about, note.text, self._window)
        sheet.written.connect(self._written)
        sheet.show()

    def _written(self, text: str) -> None:
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            if writing.trace.raw is not self._session.trace.raw:
                raise UserError("the note was about a capture that is not shown any more")
            writing.keep(text)
        except UserError as error:
            self.failed.emit(error)
        self.changed.emit()


class _Writing:
    """A note that is being written."""

    def __init__(self, trace: Trace, note: Note) -> None:
        self.trace, self._note = trace, note

    def keep(self, text: str) -> None:
        note, notes = self._note, self.trace.notes
        if note.id:
            notes.edit(note.id, text)
        else:
            notes.add(note.time_ns, text, kind=note.kind, about=note.about)


def _time_of(trace: Trace, kind: str, ident: int) -> int | None:
    """When it was emitted or began; None where the trace does not know it."""
    if kind == "call" and (row := trace.calls.row_of(ident)) >= 0:
        return int(trace.calls.started_ns[row])
    if kind == "dispatch" and (row := trace.dispatches.row_of(ident)) >= 0:
        return int(trace.dispatches.emitted_ns[row])
    return None
