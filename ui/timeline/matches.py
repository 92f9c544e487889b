"""Which calls and dispatches match the filter, in the form that level of detail counts with."""

from __future__ import annotations

import numpy as np

from bus.trace import Trace, rows
from bus.trace.pyramid import Int64s
from bus.trace.track import Track
from ui.payload_search import AT_ONCE


class Matches:
    """For one filter: how many calls of a track, or dispatches, before each position match."""

    def __init__(self, trace: Trace, wanted: rows.Filter) -> None:
        found = {table: rows.rows(trace, table, wanted, most_payloads=AT_ONCE) for table in ("calls", "dispatches")}
        self._calls = _mask(len(trace.calls), found["calls"])
        self._dispatches = _running_count(_mask(len(trace.dispatches), found["dispatches"]))
        self._tracks: dict[Track, Int64s] = {}

    def call(self, row: int) -> bool:
        """Whether this call matches; one that came after the filter was evaluated does."""
        return row >= len(self._calls) or bool(self._calls[row])

    def of_track(self, track: Track) -> Int64s:
        """The running count over the positions of a track."""
        counts = self._tracks.get(track)
        if counts is None or len(counts) != len(track) + 1:
            known = track.rows[: np.searchsorted(track.rows, len(self._calls))]
            counts = _padded(_running_count(self._calls[known]), len(track) + 1)
            self._tracks[track] = counts
        return counts

    def of_dispatches(self, total: int) -> Int64s:
        """The running count over all dispatches."""
        return _padded(self._dispatches, total + 1)


def matches_of(wanted: rows.Filter, trace: Trace) -> Matches:
    """What a filter leaves of a trace; on whatever thread."""
    return Matches(trace, wanted)


def _mask(length: int, matching: Int64s) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = np.zeros(length, np.bool_)
    mask[matching] = True
    return mask


def _running_count(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Int64s:
    return np.concatenate([[0], np.cumsum(mask, dtype=np.int64)])


def _padded(counts: Int64s, length: int) -> Int64s:
    """What came after the filter was evaluated is shown until the next evaluation."""
    missing = length - len(counts)
    if missing <= 0:
        return counts[:length]
    return np.concatenate([counts, counts[-1] + np.arange(1, missing + 1)])
