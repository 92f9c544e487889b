"""The loss ledger: how every dispatch of a run ended, and the proof that none is missing.

A dispatch with several handlers ends as the one for which it went worst.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace
from buslens.records import Kind, Outcome

Array = npt.NDArray[Any]
Reasons = tuple[tuple[str, int], ...]

HANDLED, RETRIED, DEAD, DROPPED, OPEN = range(5)
"""The better comes first: of two handlers the worse one counts."""

NOBODY = "nobody listened"
FAILED = "its handler failed, and nothing calls it again"
TOO_EARLY = "acknowledged before its handler failed"
CANCELLED = "its call was cancelled"
KEPT = "kept until somebody listens"
QUEUED = "waits for its handler"
WITH_CONSUMER = "with its handler, not acknowledged"
RUNNING = "its calls have not ended"
OTHER = "other reasons"

MOST_READ = 10_000
"""Reasons that are read; those beyond are counted together."""

_BAD = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of dispatches. Raises ValueError where they do not add up: a bug of ours."""

    emitted: int
    handled: int
    """By all their handlers, at the first attempt."""

    retried: int
    """Handled in the end, after a failure or the death of a consumer."""

    dead_lettered: int
    dropped: int
    in_flight: int
    """Kept, waiting or running when the trace ends."""

    why_dropped: Reasons
    """Reason and how many, the most frequent first."""

    why_in_flight: Reasons

    def __post_init__(self) -> None:
        parts = (self.handled, self.retried, self.dead_lettered, self.dropped, self.in_flight)
        whole = sum(parts) == self.emitted
        said = sum(count for _, count in self.why_dropped) == self.dropped
        if not (whole and said and sum(count for _, count in self.why_in_flight) == self.in_flight):
            raise ValueError(f"the ledger does not add up: {self}")


def of_trace(trace: Trace) -> Ledger:
    """Look at every dispatch."""
    fates, reasons = fates_of(trace)
    counts = np.bincount(fates, minlength=5)
    dropped, open_ = Counter(reasons[fates == DROPPED].tolist()), Counter(reasons[fates == OPEN].tolist())
    if "" in dropped:
        del dropped[""]
        dropped.update(_told_reasons(trace, fates, reasons))
    handled, retried, dead, lost, in_flight = (int(count) for count in counts)
    why = tuple(dropped.most_common()), tuple(open_.most_common())
    return Ledger(len(fates), handled, retried, dead, lost, in_flight, *why)


def fates_of(trace: Trace) -> tuple[Array, Array]:
    """For each dispatch HANDLED, RETRIED, DEAD, DROPPED or OPEN, and why; "" where the broker has words of its own."""
    fates, reasons = _by_outcome(trace)
    if len(trace.deliveries) and len(fates):
        _by_deliveries(trace, fates, reasons)
    return fates, reasons


def _by_outcome(trace: Trace) -> tuple[Array, Array]:
    """What is said of dispatches that no broker carries; all that is known of one on its way to the broker."""
    outcome = trace.dispatches.outcome
    is_ = {each: outcome == each for each in Outcome}
    bad = is_[Outcome.FAILED] | is_[Outcome.TIMED_OUT]
    lost, cancelled = is_[Outcome.LOST], is_[Outcome.CANCELLED]
    fates = np.select([is_[Outcome.OK], bad | cancelled | lost], [HANDLED, DROPPED], OPEN)
    words = np.array([NOBODY, FAILED, CANCELLED, KEPT, RUNNING], object)
    reasons = words[np.select([lost, bad, cancelled, is_[Outcome.KEPT]], [0, 1, 2, 3], 4)]
    return fates, reasons


def _by_deliveries(trace: Trace, fates: Array, reasons: Array) -> None:
    """What the broker said, for each handler of each dispatch; the worst of them is the dispatch's."""
    told = trace.deliveries
    kind, rows = told.view("kind"), trace.dispatches.rows_of(told.view("dispatch"))
    handed = (kind >= Kind.DELIVERED) & (kind <= Kind.DEAD_LETTERED)
    queued = (kind == Kind.ENQUEUED) & (trace.dispatches.handlers[rows] > 0)
    chosen = np.flatnonzero((rows >= 0) & (handed | queued))
    if len(chosen):
        kind, row, queue = kind[chosen], rows[chosen], told.view("queue")[chosen].astype(np.int64)
        units, number = np.unique(row * (int(queue.max()) + 1) + queue, return_inverse=True)
        owner = units // (int(queue.max()) + 1)

        def any_of(mask: Array) -> Array:
            return np.bincount(number[mask], minlength=len(units)) > 0

        acknowledged, dead = kind == Kind.ACKNOWLEDGED, kind == Kind.DEAD_LETTERED
        outcome = _outcomes_of(trace, told.view("call")[chosen])
        too_early = any_of(acknowledged & np.isin(outcome, _BAD))
        unfinished = any_of(acknowledged & (outcome == Outcome.RUNNING))
        again = any_of(kind == Kind.REDELIVERED)
        settled = any_of(acknowledged) & ~unfinished
        fate = np.select([any_of(dead), too_early, settled & again, settled], [DEAD, DROPPED, RETRIED, HANDLED], OPEN)
        began = any_of(trace.calls.rows_of(told.view("call")[chosen]) >= 0)
        words = np.array(["", TOO_EARLY, QUEUED, WITH_CONSUMER], object)
        why = words[np.select([fate == DROPPED, fate == OPEN], [1, np.where(began, 3, 2)], 0)]
        fates[owner] = HANDLED
        np.maximum.at(fates, owner, fate)
        worst = fates[owner] == fate
        reasons[owner[worst]] = why[worst]
    gone = rows[(told.view("kind") == Kind.DISCARDED) & (rows >= 0)]
    fates[gone], reasons[gone] = DROPPED, ""


def _outcomes_of(trace: Trace, calls: Array) -> Array:
    """Of each call; OK where there is none."""
    rows = trace.calls.rows_of(calls)
    found = np.full(len(rows), Outcome.OK, np.uint8)
    found[rows >= 0] = trace.calls.outcome[rows[rows >= 0]]
    return found


def _told_reasons(trace: Trace, fates: Array, reasons: Array) -> Counter[str]:
    """The broker's own words."""
    told = trace.deliveries
    gone = np.flatnonzero(told.view("kind") == Kind.DISCARDED)
    rows = trace.dispatches.rows_of(told.view("dispatch")[gone])
    _, first = np.unique(rows, return_index=True)
    first = first[rows[first] >= 0]
    read = [trace.blobs.note(int(note)) or OTHER for note in told.view("note")[gone[first[:MOST_READ]]]]
    return Counter(read) + Counter({OTHER: max(0, len(first) - MOST_READ)})
