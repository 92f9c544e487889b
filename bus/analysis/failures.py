"""Why calls failed, in few lines: what they raised and where, the most frequent first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bus.trace.trace import Trace
from buslens.records import Outcome

MOST_READ = 10_000
"""Errors that are decoded; those of later calls are counted together."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed calls of one handler with one type of error."""

    type: str
    """Of the exception; empty: not known, of calls beyond those whose errors were read."""

    handler: str
    message: str
    """What the first of them said."""

    count: int


def failures_of(trace: Trace, *, most_read: int = MOST_READ) -> list[Failures]:
    """Of all calls that failed or timed out. most_read: errors that are decoded."""
    calls = trace.calls
    rows = np.flatnonzero(np.isin(calls.outcome, (Outcome.FAILED, Outcome.TIMED_OUT)))
    counts: Counter[tuple[str, str]] = Counter()
    said: dict[tuple[str, str], str] = {}
    for row in rows[:most_read].tolist():
        error = trace.error(row)
        key = ("" if error is None else error.type, trace.names.text(int(calls.handler[row])))
        counts[key] += 1
        said.setdefault(key, "" if error is None else error.message)
    for handler in calls.handler[rows[most_read:]].tolist():
        counts["", trace.names.text(int(handler))] += 1
    return [Failures(kind, who, said.get((kind, who), ""), many) for (kind, who), many in counts.most_common()]
