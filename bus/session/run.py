"""One run, or one capture that was opened: where it came from, its trace, and what of it is in no file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from bus.run.order import Order
from bus.scenario import Document
from bus.session.origin import RunOrigin
from bus.trace import Trace
from bus.trace.capture_bytes import CaptureBytes
from bus.trace.notes import Notes
from buslens.records import Outcome

Kind = Literal["run", "capture", "nothing"]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a list says of a run."""

    dispatches: int = 0
    calls: int = 0
    failed: int = 0
    """Calls that failed or timed out."""


@dataclass(slots=True, eq=False)
class Run:
    """One run, or one opened capture.

    Its trace is given up where memory is needed, and read again from its bytes.
    """

    trace: Trace | None
    """None: only its bytes are there."""

    kind: Kind = "nothing"
    """nothing: an empty view, such as that of a scenario that did not run yet."""

    number: int = 0
    """Of runs, from 1; one that goes on after Clear has the number of the one before. 0: of no run."""

    began_s: float = field(default_factory=time.time)
    """Wall clock, seconds since the Unix epoch: when it was started, or opened."""

    origin: RunOrigin | None = None
    """What it was made from; None of a capture. Where it was edited while the run went on: how it was last."""

    engine: str = ""
    seed: int | None = None
    by_hand: bool = False
    """Begun by an emit by hand, without the script."""

    emitted: int = 0
    """Times that a person emitted by hand in it."""

    edited: bool = False
    """Whether the scenario was edited while it went on."""

    after_clear: bool = False
    """Whether it begins where a person has cleared what was before."""

    is_partial: bool = False
    """Whether more may lie in the bytes than the trace has taken in: it was left while it was opened or followed."""

    name: str = ""
    """Of a capture that is no file: what the programs of a session record."""

    selected: tuple[str, int] = ("", 0)
    """Kind and id of what a person had selected in it."""

    notes: Notes = field(default_factory=Notes)
    """A person's; they stay where the trace is given up."""

    raw: CaptureBytes = field(default_factory=CaptureBytes)
    _whole: int = 0
    _saved: tuple[int, int] | None = None
    _counts: RunCounts = field(default_factory=RunCounts)
    _counted: tuple[int, int] = (0, -1)

    @classmethod
    def of(cls, document: Document, trace: Trace, number: int, order: Order) -> Run:
        """The record of a run that begins."""
        by_hand = not order.with_script
        return cls(
            trace, "run", number, origin=RunOrigin.of(document), engine=order.engine, seed=order.seed, by_hand=by_hand
        )

    def going_on(self, trace: Trace) -> Run:
        """The same run in a new trace, which Clear began."""
        return replace(self, trace=trace, after_clear=True, _saved=None, _whole=0)

    def __post_init__(self) -> None:
        if self.trace is not None:
            self.notes, self.raw = self.trace.notes, self.trace.raw

    @property
    def whole(self) -> int:
        """How many bytes of its capture are whole frames."""
        if self.trace is not None:
            self._whole = max(self._whole, self.trace.whole)
        return self._whole

    def become(self, trace: Trace) -> None:
        """Another trace stands for it: its newest part, or all of it read again."""
        if trace.raw is not self.raw:
            self.notes, self.raw, self._whole = trace.notes, trace.raw, 0
        elif self.kind == "run":
            trace.notes = self.notes  # they do not lie in the bytes
        self.trace = trace

    def reopened(self, trace: Trace) -> None:
        """Take the trace of its file that was opened anew; notes that the file does not have yet stay."""
        self.trace, self.raw, self._whole = trace, trace.raw, 0

    @property
    def path(self) -> Path | None:
        """The file that its capture was opened from; None: it has none."""
        return self.raw.path

    @property
    def title(self) -> str:
        """What a person calls it: "run 3", or the file's name."""
        if self.kind == "capture":
            return self.path.name if self.path is not None else self.name or "capture"
        return f"run {self.number}" if self.kind == "run" else ""

    @property
    def counts(self) -> RunCounts:
        """As it is now, or was when its trace was given up."""
        trace = self.trace
        if trace is not None and (id(trace), trace.generation) != self._counted:
            self._counted = id(trace), trace.generation
            outcomes = trace.calls.outcome
            failed = (outcomes == Outcome.FAILED) | (outcomes == Outcome.TIMED_OUT)
            self._counts = RunCounts(len(trace.dispatches), len(trace.calls), int(np.count_nonzero(failed)))
        return self._counts

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to come back to."""
        return self.kind == "nothing" or (self.kind == "run" and not self.counts.dispatches and not self.notes.all)

    @property
    def is_saved(self) -> bool:
        """Whether a file says all that it says, notes included."""
        if self.kind == "capture":
            return not self.notes.unsaved
        return self._saved == (self.whole, self.notes.revision)

    @property
    def has_work(self) -> bool:
        """Whether somebody did more in it than press Run: notes, emits by hand, edits while it went on."""
        return bool(self.notes.all or self.emitted or self.edited)

    @property
    def is_at_stake(self) -> bool:
        """Whether quitting would lose what a person may want.

        A run of a sample that nobody touched comes back with F5, and asking about it would teach to press Discard.
        """
        if self.kind != "run":
            return self.kind == "capture" and self.notes.unsaved
        again = self.origin is not None and self.origin.is_sample and not self.has_work
        return not self.is_empty and not self.is_saved and not again

    def is_unsaved_at(self, path: Path) -> bool:
        """Whether it is this file, with notes that the file does not have."""
        try:
            return self.kind == "capture" and self.notes.unsaved and self.raw.is_at(path)
        except (OSError, ValueError):
            return False

    def edited_to(self, document: Document) -> None:
        """The scenario was edited while the run went on, and the engine follows."""
        self.origin, self.edited = RunOrigin.of(document), True

    def read_again(self) -> None:
        """Called when its trace is whole once more: a person's notes, which its bytes do not have, come back."""
        trace = self.trace
        if trace is None:
            return
        if self.notes.unsaved:
            trace.notes = self.notes
        self.notes = trace.notes
        trace.ended = trace.ended or self.kind == "run"
        self.is_partial = False

    @property
    def notes_at(self) -> tuple[tuple[int, int], ...]:
        """Where in the bytes of a run notes lie: nowhere, they come with the file."""
        return ()

    @property
    def ended(self) -> bool:
        """Whether the bytes say that they are complete: those of a run do so only in a file."""
        return False

    def state_to_save(self) -> tuple[int, int]:
        """What `saved` takes once that has been written."""
        return self.whole, self.notes.revision

    def saved(self, state: tuple[int, int]) -> None:
        """A file has what it said then."""
        self._saved = state

    def can_shrink(self) -> bool:
        """Whether its bytes say all that its trace does."""
        return self.trace is not None and self.raw.kept is None and not (self.kind == "capture" and self.notes.unsaved)

    def shrink(self) -> None:
        """Give the trace up; its bytes stay."""
        _ = self.counts, self.whole  # they are still asked for
        self.trace = None

    def feed(self, data: bytes) -> None:
        """What its engine still recorded while it ended."""
        if self.trace is not None:
            self.trace.feed(data)

    def close(self) -> None:
        """Close its file; the run does not come back."""
        self.raw.close()
