"""Which notes a filter leaves: those that say what it asks for, or are about it.

What it asks of outcomes, times and numbers, which a note has not, leaves them all.
"""

from __future__ import annotations

from bus.find.filter_rows import matcher
from bus.find.filter_text import And, Node, Not, Term
from bus.find.rows import Filter
from bus.trace.notes import Note
from bus.trace.trace import Trace


def rows(trace: Trace, wanted: Filter) -> list[int]:
    """Numbers (in `trace.notes.all`) of the notes that a filter leaves."""
    notes = trace.notes.all
    return [at for at in range(len(notes)) if _leaves(wanted.node, trace, notes[at]) is not False]


def _leaves(node: Node, trace: Trace, note: Note) -> bool | None:
    """None where it says nothing about notes."""
    if isinstance(node, Term):
        return _has(node, trace, note)
    if isinstance(node, Not):
        left = _leaves(node.node, trace, note)
        return None if left is None else not left
    verdicts = [each for each in (_leaves(part, trace, note) for part in node.nodes) if each is not None]
    if not verdicts:
        return None
    return all(verdicts) if isinstance(node, And) else any(verdicts)


def _has(term: Term, trace: Trace, note: Note) -> bool | None:
    matches = matcher(term)
    handler, event = _names(trace, note)
    if term.field == "":
        return any(matches(text) for text in (note.text, handler, event))
    texts = {"note": note.text, "handler": handler, "event": event}
    return matches(texts[term.field]) if term.field in texts else None


def _names(trace: Trace, note: Note) -> tuple[str, str]:
    """Handler and event of what it is about; empty where that has none."""
    handler, dispatch = "", note.about if note.kind == "dispatch" else 0
    if note.kind == "call" and (call := trace.calls.row_of(note.about)) >= 0:
        handler = trace.names.text(int(trace.calls.handler[call]))
        dispatch = int(trace.calls.dispatch[call])
    row = trace.dispatches.row_of(dispatch) if dispatch else -1
    return handler, trace.names.text(int(trace.dispatches.event[row])) if row >= 0 else ""
