"""How many events a broker keeps, over time: those that nobody has handled, and those of them that still wait.

Derived from the records of deliveries alone, so that a capture has it too. An event counts once for each consumer,
however often it is delivered; one that is kept for nobody yet counts until somebody gets it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.picture.pyramid import Int64s
from bus.picture.sorted_numbers import SortedNumbers
from bus.picture.tracks import within_reason
from buslens.records import Kind

if TYPE_CHECKING:
    from bus.trace import Trace

ENTERS = (Kind.ENQUEUED, Kind.DELIVERED, Kind.REDELIVERED)
"""What somebody else has sent is known from its delivery on; a confirmation may be recorded after that, too."""

IS_TAKEN = (Kind.DELIVERED, Kind.REDELIVERED)
LEAVES = (Kind.ACKNOWLEDGED, Kind.DEAD_LETTERED)
NOBODY = np.uint64(0)
_SMALL = 4096
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 divided by the golden ratio: neighbouring numbers end up far apart (Knuth, volume 3, 6.4)."""

Keys = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


class Backlog:
    """An index beside the trace's deliveries, brought up to date by batch."""

    def __init__(self) -> None:
        self._taken_in = 0
        self._entered, self._taken, self._left = SortedNumbers(), SortedNumbers(), SortedNumbers()
        self._known, self._delivered, self._done = NumberSet(), NumberSet(), NumberSet()
        self._found = NumberSet()
        """Events that somebody got."""

        self._for_nobody: dict[tuple[int, int], bool] = {}
        """By queue and event: whether this is not a consumer's queue but that of the event itself."""

    def __len__(self) -> int:
        return self._taken_in

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return len(self._entered) > 0

    def lag(self, times: Int64s) -> Int64s:
        """How many events nobody had handled yet at these times."""
        return _open(self._entered, self._left, times)

    def depth(self, times: Int64s) -> Int64s:
        """How many of them no consumer had got yet."""
        return _open(self._entered, self._taken, times)

    def update(self, trace: Trace) -> None:
        """Take in the deliveries that are new."""
        told, known, total = trace.deliveries, self._taken_in, len(trace.deliveries)
        if total == known:
            return
        self._taken_in = total
        kind, queue = told.view("kind")[known:total], told.view("queue")[known:total]
        dispatch, times = told.view("dispatch")[known:total], within_reason(told.view("time_ns")[known:total])
        part = queue.astype(np.uint64) + np.uint64(1)
        enqueued = np.flatnonzero(kind == Kind.ENQUEUED)
        part[enqueued[self._are_for_nobody(trace, queue[enqueued], dispatch[enqueued])]] = NOBODY
        keys = _key(dispatch, part)
        self._count(self._entered, self._known, np.isin(kind, ENTERS), keys, times)
        self._count(self._taken, self._delivered, np.isin(kind, IS_TAKEN), keys, times)
        self._count(self._left, self._done, np.isin(kind, LEAVES), keys, times)
        self._leave_nobody(np.isin(kind, IS_TAKEN), dispatch, times)

    def _count(self, counted: SortedNumbers, seen: NumberSet, of_kind: Bools, keys: Keys, times: Int64s) -> None:
        rows = np.flatnonzero(of_kind)
        counted.add(times[rows[seen.first(keys[rows])]])

    def _leave_nobody(self, of_kind: Bools, dispatch: Keys, times: Int64s) -> None:
        """What was kept for nobody is somebody's from its first delivery on."""
        rows = np.flatnonzero(of_kind)
        rows = rows[self._found.first(dispatch[rows])]
        gone = times[rows[self._known.has(_key(dispatch[rows], np.full(len(rows), NOBODY)))]]
        self._taken.add(gone)
        self._left.add(gone)

    def _are_for_nobody(self, trace: Trace, queue: npt.NDArray[Any], dispatch: Keys) -> Bools:
        """Whether these queues bear the name of what is in them, as those do that no handler has."""
        rows = trace.dispatches.rows_of(dispatch)
        events = np.where(rows >= 0, trace.dispatches.event[rows] if len(trace.dispatches) else 0, 0)
        pairs = (queue.astype(np.uint64) << np.uint64(32)) | events.astype(np.uint64)
        unique, which = np.unique(pairs, return_inverse=True)
        told = [self._is_for_nobody(trace, int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in unique]
        return np.asarray(told, np.bool_)[which] if told else np.zeros(0, np.bool_)

    def _is_for_nobody(self, trace: Trace, queue: int, event: int) -> bool:
        known = self._for_nobody.get((queue, event))
        if known is None:
            known = event != 0 and trace.names.text(queue) == trace.names.text(event)
            self._for_nobody[queue, event] = known
        return known


class NumberSet:
    """A set of numbers that have come: a large sorted part, and a small one that is cheap to add to."""

    def __init__(self) -> None:
        self._large: Keys = np.empty(0, np.uint64)
        self._small: Keys = np.empty(0, np.uint64)

    def has(self, keys: Keys) -> Bools:
        """Which of these have come."""
        return _within(self._large, keys) | _within(self._small, keys)

    def first(self, keys: Keys) -> Int64s:
        """Where, among these, numbers are that have never come before; they have come from now on."""
        unique, at = np.unique(keys, return_index=True)
        new = ~self.has(unique)
        self._small = np.sort(np.concatenate([self._small, unique[new]]), kind="stable")
        if len(self._small) > max(_SMALL, len(self._large) // 8):
            self._large = np.sort(np.concatenate([self._large, self._small]), kind="stable")
            self._small = np.empty(0, np.uint64)
        return np.sort(at[new])


def _key(dispatch: Keys, part: Keys) -> Keys:
    return (dispatch ^ (part * _SPREAD)) * _SPREAD


def _within(known: Keys, keys: Keys) -> Bools:
    if not len(known):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[at] == keys)


def _open(begun: SortedNumbers, ended: SortedNumbers, times: Int64s) -> Int64s:
    """Clocks of several machines disagree by a little: an end before its beginning is not a negative count."""
    begins: Int64s = np.searchsorted(begun.values, times, side="right")
    ends: Int64s = np.searchsorted(ended.values, times, side="right")
    return np.asarray(np.maximum(begins - ends, 0), np.int64)
