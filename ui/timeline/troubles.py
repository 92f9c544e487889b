"""What went wrong in each column of the overview: how often, and of what sort; never averaged with what went well.

With a filter only what it shows counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QPainter

from bus.picture.detail import density
from bus.picture.grid import Grid
from bus.picture.pyramid import Int64s
from ui.number_text import count_text
from ui.timeline.colours import Colours
from ui.timeline.content import Content
from ui.timeline.spots import dispatches_of_skipped

GRAVE = ("failed", "dead")
"""Red; the rest is amber."""

WORDS = {"failed": "failed", "dead": "dead", "lost": "lost", "skipped": "skipped", "never": "never ran"}
LEAST = 5
"""Height of what went wrong among however much that did not; logical pixels."""

BETWEEN = 1
"""Logical pixels between two marks of the uppermost row."""

REACH = 5
"""Columns beside the pointer that a hover counts as well: marks are so wide."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """How often what went wrong in each column of the overview; all arrays have an entry for each column."""

    total: Int64s
    """Emits and calls."""
    shown: Int64s
    """Those that the filter shows."""
    wrong: dict[str, Int64s]
    """By sort, a key of WORDS."""

    def sum_of(self, *, grave: bool) -> Int64s:
        """How much of it is red, or amber."""
        return sum((counts for sort, counts in self.wrong.items() if (sort in GRAVE) == grave), 0 * self.total)

    @property
    def columns(self) -> Int64s:
        """Those in which anything went wrong."""
        return np.flatnonzero(self.sum_of(grave=True) + self.sum_of(grave=False))

    def told(self, column: int) -> str:
        """A sentence about what went wrong near a column; empty where nothing did."""
        near = slice(max(0, column - REACH), column + REACH + 1)
        counts = [(int(counts[near].sum()), WORDS[sort]) for sort, counts in self.wrong.items()]
        found = ", ".join(f"{count_text(count)} {word}" for count, word in counts if count)
        return f"Here: {found}." if found else ""


def troubles_of(content: Content, grid: Grid) -> Troubles:
    """Count all that is in the picture."""
    calls, emits, matches = content.trace.calls, content.emits, content.matches
    starts = calls.started_ns[: len(content.tracks)]
    edges = grid.scale.emits_before(emits.times, grid.edges())
    total = np.diff(edges) + density(starts, grid)
    shown = total
    if matches is not None:
        of_dispatches, of_calls = matches.of_dispatches(len(emits)), matches.of_calls(len(starts))
        begun = np.searchsorted(starts, grid.scale.times(grid.edges()))
        shown = np.diff(of_dispatches[edges]) + np.diff(of_calls[begun])
    failed, never, lost = content.tracks.failed_rows, content.tracks.never_ran_rows, emits.lost
    skipped, dead = content.marks.all["skipped"], content.marks.all["dead"]
    of_skipped = dispatches_of_skipped(content, skipped.rows) if matches is not None else skipped.rows
    found = {
        "failed": (starts[failed], failed, True),
        "dead": (dead.times, dead.rows, True),
        "lost": (emits.times[lost], lost, False),
        "skipped": (skipped.times, of_skipped, False),
        "never": (starts[never], never, True),
    }
    wrong = {}
    for sort, (times, rows, of_call) in found.items():
        if matches is not None:
            times = times[matches.calls(rows) if of_call else matches.dispatches(rows)]
        wrong[sort] = np.bincount(np.clip(grid.column(times), 0, grid.columns - 1), minlength=grid.columns)
    return Troubles(total, shown, wrong)


def paint_marks(painter: QPainter, colours: Colours, troubles: Troubles, row: int) -> None:
    """In the uppermost row, so high: of marks that meet the one of a much rarer sort, else of the worse one."""
    for sort, columns in _placed(troubles, colours):
        stamp = colours.stamps[sort]
        size = stamp.deviceIndependentSize()
        for x in columns:
            painter.drawPixmap(round(x + 0.5 - size.width() / 2), round((row + 1 - size.height()) / 2), stamp)


def _placed(troubles: Troubles, colours: Colours) -> Iterator[tuple[str, Sequence[int]]]:
    taken = np.zeros(len(troubles.total), np.bool_)
    found = {sort: np.flatnonzero(counts) for sort, counts in troubles.wrong.items()}
    for sort, columns in sorted(found.items(), key=_rank):
        room = int(colours.stamps[sort].deviceIndependentSize().width()) + BETWEEN
        placed = []
        for x in columns.tolist():
            if not taken[x]:
                placed.append(x)
                # Any mark whose middle lies in here would cover this one.
                taken[max(0, x - room + 1) : x + room] = True
        yield sort, placed


def _rank(found: tuple[str, Int64s]) -> tuple[int, int]:
    """Twice as many is not a rarity: what is skipped stands beside a failure each time."""
    return len(found[1]).bit_length(), list(WORDS).index(found[0])
