"""What Clear took out of view, and how it comes back: with what was recorded since, as if nobody had cleared."""

from __future__ import annotations

from dataclasses import dataclass

from bus.session.run import Run

MOST_SINCE = 64 * 1024 * 1024
"""Bytes recorded since that are read once more on the caller's thread; beyond, what was before stays in the list."""


@dataclass(frozen=True, slots=True)
class ClearedRun:
    """What Clear took out of view; it can come back until something else comes into view."""

    before: Run
    after: Run
    """What is in view since: the same run going on, nothing, or the same capture without its records of before."""

    preamble: int
    """Bytes of `after` that stand before the first new record."""

    revision: int
    """Of the document: an edit after Clear is taken back before Clear is."""

    def can_be_joined(self, most_since: int = MOST_SINCE) -> bool:
        """Whether the records since can be put behind those of before."""
        return self.before.trace is not None and self.after.whole - self.preamble <= most_since

    def join(self) -> Run:
        """The run of before, with the records and notes since."""
        before, after = self.before, self.after
        for piece in after.raw.pieces(self.preamble, after.whole):
            before.feed(piece)
        for note in after.notes.all:
            before.notes.add(note.time_ns, note.text, end_ns=note.end_ns, kind=note.kind, about=note.about)
        before.emitted, before.edited, before.origin = after.emitted, after.edited, after.origin
        return before
