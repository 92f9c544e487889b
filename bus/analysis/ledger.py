"""The loss ledger: how every dispatch of a run ended, and the proof that none is missing.

What became of each is said by bus/trace/fates.py; here it is added up, with the reasons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace import fates
from bus.trace.trace import Trace

Array = npt.NDArray[Any]
Reasons = tuple[tuple[str, int], ...]

NOBODY = fates.WHYS[fates.NOBODY]
FAILED = fates.WHYS[fates.FAILED]
TOO_EARLY = fates.WHYS[fates.TOO_EARLY]
CANCELLED = fates.WHYS[fates.CANCELLED]
KEPT = fates.WHYS[fates.KEPT_FOR]
QUEUED = fates.WHYS[fates.QUEUED]
WITH_CONSUMER = fates.WHYS[fates.WITH_CONSUMER]
RUNNING = fates.WHYS[fates.RUNNING]
OTHER = "other reasons"

MOST_READ = 10_000
"""Reasons of a broker that are read; those beyond are counted together."""


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
    """Lost, in the word that is used everywhere else."""

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
    found = trace.fates.of(trace)
    handled, retried, kept, opened, dead, lost = np.bincount(found.fate, minlength=len(fates.FATES)).tolist()
    dropped = _reasons(found.why[found.fate == fates.LOST])
    in_flight = _reasons(found.why[(found.fate == fates.KEPT) | (found.fate == fates.OPEN)])
    if told := dropped.pop(fates.WHYS[fates.TOLD], 0):
        dropped.update(_told_reasons(trace, told))
    why = tuple(dropped.most_common()), tuple(in_flight.most_common())
    return Ledger(len(found.fate), handled, retried, dead, lost, kept + opened, *why)


def _reasons(whys: Array) -> Counter[str]:
    counts = np.bincount(whys, minlength=len(fates.WHYS)).tolist()
    return Counter({fates.WHYS[why]: count for why, count in enumerate(counts) if count})


def _told_reasons(trace: Trace, many: int) -> Counter[str]:
    """The broker's own words."""
    _, deliveries = fates.told_rows(trace)
    notes = trace.deliveries.view("note")[deliveries[:MOST_READ]]
    read = [trace.blobs.note(int(note)) or OTHER for note in notes]
    return Counter(read) + Counter({OTHER: many - len(read)})
