"""Memory has an end: which records a live capture keeps where it holds too many.

The newest stay, and with them what still runs, however old: a stuck handler must be seen while it is stuck.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.tables import Calls, Dispatches
from buslens.records import Outcome

Rows = npt.NDArray[Any]

BYTES_A_RECORD = 100
"""Of a dispatch or call: its row, its place in the indexes of the timeline, and what a filter needs for a moment."""

LEAST, MOST = 500_000, 10_000_000
"""Bounds of what is kept where a person has chosen nothing. Beyond, the pause in which the oldest go would be felt."""


def usual_most() -> int:
    """How many records are kept in memory by default: an eighth of the machine's memory."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 5_000_000
    return min(max(memory // 8 // BYTES_A_RECORD, LEAST), MOST)


def newest(dispatches: Dispatches, calls: Calls, most: int) -> tuple[Rows, Rows]:
    """Rows of the dispatches and calls to keep, about `most` in all and a quarter more of what still runs."""
    share = min(1.0, most / max(1, len(dispatches) + len(calls)))
    first = len(dispatches) - int(share * len(dispatches))
    kept = np.zeros(len(dispatches), np.bool_)
    kept[first:] = True
    kept[_running(dispatches.outcome[:first], most // 8)] = True
    causes = dispatches.rows_of(calls.dispatch)
    # A call without its dispatch says little: it goes with it, unless it runs.
    newer = np.arange(len(calls)) >= len(calls) - int(share * len(calls))
    stay = np.where(causes >= 0, kept[causes], newer) if len(kept) else newer
    stay[_running(np.where(stay, Outcome.OK, calls.outcome), most // 8)] = True
    return np.flatnonzero(kept), np.flatnonzero(stay)


def _running(outcome: Rows, most: int) -> Rows:
    """Rows of what has not ended, the oldest first: those are the ones that are stuck."""
    return np.flatnonzero(outcome == Outcome.RUNNING)[:most]
