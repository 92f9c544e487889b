"""What a note is about, in words."""

from __future__ import annotations

from bus.trace import Trace
from bus.trace.ids import id_text
from bus.trace.notes import Note
from ui.number_text import moment, span


def about_words(trace: Trace, note: Note) -> str:
    """The name and number of what it is about, and the time."""
    at = f"at {moment(note.time_ns - trace.span_ns[0])} s"
    if note.is_band:
        return f"{span(note.end_ns - note.time_ns)} from {at[3:]} on"
    return f"{subject_words(trace, note)} {at}".strip()


def subject_words(trace: Trace, note: Note) -> str:
    """The name and number of the dispatch or call, "" for a time."""
    if note.kind == "call":
        row = trace.calls.row_of(note.about)
        handler = "call" if row < 0 else trace.names.text(int(trace.calls.handler[row]))
        return f"{handler} #{id_text(note.about)}"
    if note.kind == "dispatch":
        row = trace.dispatches.row_of(note.about)
        event = "dispatch" if row < 0 else trace.names.text(int(trace.dispatches.event[row]))
        return f"{event} #{id_text(note.about)}"
    return ""
