"""Which calls and dispatches match the filter, in the form that level of detail counts with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bus.find import rows
from bus.picture.lane_marks import MarkIndex
from bus.picture.pyramid import Int64s
from bus.picture.track import Track
from bus.trace import Trace

Flags = npt.NDArray[np.bool_]


class Matches:
    """For one filter: how many calls of a track, or dispatches, before each position match."""

    def __init__(self, trace: Trace, wanted: rows.Filter, most_payloads: int) -> None:
        """most_payloads: bytes of payloads to look through for the filter."""
        calls, dispatches = (
            rows.rows(trace, table, wanted, most_payloads=most_payloads) for table in ("calls", "dispatches")
        )
        self._calls = _mask(len(trace.calls), calls)
        self._of_calls = running_count(self._calls)
        self._dispatches = running_count(_mask(len(trace.dispatches), dispatches))
        self._tracks: dict[Track, Int64s] = {}
        self._marks: dict[MarkIndex, Int64s] = {}
        self._lost: tuple[int, Int64s] = (0, np.empty(0, np.int64))

    def calls(self, rows: Int64s) -> Flags:
        """Whether each of these calls matches; one that came after the filter was evaluated does, -1 does not."""
        return _each(self._of_calls, rows)

    def dispatches(self, rows: Int64s) -> Flags:
        """Which of these dispatches match the filter, by row."""
        return _each(self._dispatches, rows)

    def lost(self, rows: Int64s) -> Int64s:
        """Those of the lost dispatches that match; found once, and anew where there are more."""
        if self._lost[0] != len(rows):
            self._lost = len(rows), rows[self.dispatches(rows)]
        return self._lost[1]

    def of_marks(self, marks: MarkIndex, shown: Callable[[], Flags]) -> Int64s:
        """The running count over the marks of a lane; `shown` says of each whether it matches."""
        counts = self._marks.get(marks)
        if counts is None or len(counts) != len(marks) + 1:
            counts = self._marks[marks] = running_count(shown())
        return counts

    def of_calls(self, total: int) -> Int64s:
        """The running count over all calls."""
        return _padded(self._of_calls, total + 1)

    def of_track(self, track: Track) -> Int64s:
        """The running count over the positions of a track."""
        counts = self._tracks.get(track)
        if counts is None or len(counts) != len(track) + 1:
            known = track.rows[: np.searchsorted(track.rows, len(self._calls))]
            counts = _padded(running_count(self._calls[known]), len(track) + 1)
            self._tracks[track] = counts
        return counts

    def of_dispatches(self, total: int) -> Int64s:
        """The running count over all dispatches."""
        return _padded(self._dispatches, total + 1)


def matches_of(wanted: rows.Filter, most_payloads: int, trace: Trace) -> Matches:
    """What a filter leaves of a trace; on whatever thread."""
    return Matches(trace, wanted, most_payloads)


def _each(counts: Int64s, rows: Int64s) -> Flags:
    known = (rows >= 0) & (rows < len(counts) - 1)
    shown = rows >= 0
    shown[known] = counts[rows[known] + 1] > counts[rows[known]]
    return shown


def _mask(length: int, matching: Int64s) -> Flags:
    mask = np.zeros(length, np.bool_)
    mask[matching] = True
    return mask


def running_count(mask: Flags) -> Int64s:
    return np.concatenate([[0], np.cumsum(mask, dtype=np.int64)])


def _padded(counts: Int64s, length: int) -> Int64s:
    """What came after the filter was evaluated is shown until the next evaluation."""
    missing = length - len(counts)
    if missing <= 0:
        return counts[:length]
    return np.concatenate([counts, counts[-1] + np.arange(1, missing + 1)])
