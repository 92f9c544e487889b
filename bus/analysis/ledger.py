"""The loss ledger: how every dispatch of a run ended, and the proof that none is missing.

What became of each is said by bus/trace/fates.py; here it is added up, with the reasons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
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

TOLD = ("kept", "open", "lost")
"""Fates that have reasons."""

MOST_READ = 10_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of dispatches, in the words of bus/number_words.py. ValueError where they do not add up: our bug."""

    emitted: int
    handled: int
    retried: int
    kept: int
    open: int
    dead: int
    lost: int
    why: dict[str, Reasons] = field(default_factory=dict)
    """Of kept, open and lost: reason and how many, the most frequent first."""

    @property
    def parts(self) -> dict[str, int]:
        """Each fate and how many ended so; together they are what was emitted."""
        return {fate: getattr(self, fate) for fate in fates.FATES}

    def __post_init__(self) -> None:
        adds_up = all(sum(count for _, count in self.why.get(fate, ())) == self.parts[fate] for fate in TOLD)
        if sum(self.parts.values()) != self.emitted or not adds_up:
            raise ValueError(f"the ledger does not add up: {self}")


def of_trace(trace: Trace, *, most_read: int = MOST_READ) -> Ledger:
    """Look at every dispatch. most_read: reasons of a broker; those beyond are counted together."""
    found = trace.fates.of(trace)
    counts = np.bincount(found.fate, minlength=len(fates.FATES)).tolist()
    whys = {fate: _reasons(found.why[found.fate == fates.FATES.index(fate)]) for fate in TOLD}
    if told := whys["lost"].pop(fates.WHYS[fates.TOLD], 0):
        whys["lost"].update(_told_reasons(trace, told, most_read))
    why = {fate: tuple(reasons.most_common()) for fate, reasons in whys.items() if reasons}
    return Ledger(len(found.fate), **dict(zip(fates.FATES, counts, strict=True)), why=why)


def _reasons(whys: Array) -> Counter[str]:
    counts = np.bincount(whys, minlength=len(fates.WHYS)).tolist()
    return Counter({fates.WHYS[why]: count for why, count in enumerate(counts) if count})


def _told_reasons(trace: Trace, many: int, most_read: int) -> Counter[str]:
    """Why dispatches were lost, in the words of their broker, and how many for each reason."""
    _, deliveries = fates.told_rows(trace)
    notes = trace.deliveries.view("note")[deliveries[:most_read]]
    read = [trace.blobs.note(int(note)) or OTHER for note in notes]
    return Counter(read) + Counter({OTHER: many - len(read)})
