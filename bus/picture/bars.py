"""Which bars to draw for tracks of calls on a grid of pixel columns, all tracks of a picture at once.

At most one bar of a track starts in a column; it knows how many calls it stands for and whether any of them failed,
runs still, or matches the filter, so that nothing of that is lost at any zoom. Where a track has more calls in view
than columns, blocks of its pyramid stand for them: of a block that begins in one column, all calls count there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.picture.blocks import CROWDED, LINE_BITS, CallGroups, in_view
from bus.picture.grid import Grid
from bus.picture.pyramid import Int64s
from bus.picture.scale import LINEAR
from bus.picture.track import Track

if TYPE_CHECKING:
    from bus.trace.tables import Calls

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

FIRST = (1 << LINE_BITS) - 1
_NONE: Int64s = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Bars:
    """What to draw, track by track and from left to right. All arrays have one entry for each bar."""

    line: Int64s
    """Number of the track, ascending."""
    left: Int64s
    """First column, within the grid."""
    right: Int64s
    """Column behind the last one; always greater than `left`, never beyond the next bar's `left`."""
    first: Int64s
    """Position on the track of the first call that the bar stands for."""
    count: Int64s
    failed: Int64s
    """How many of the calls failed or timed out."""
    cancelled: Flags
    """Whether all were cancelled."""
    never: Int64s
    """Of how many of the calls the body never ran."""
    running: Flags
    """Whether any has not ended."""
    shown: Flags
    """Whether any matches the filter."""

    def __len__(self) -> int:
        return len(self.left)

    def of(self, line: int) -> slice:
        """Where the bars of a track are."""
        begin, end = self.line.searchsorted((line, line + 1)).tolist()
        return slice(begin, end)

    def at(self, line: int, column: float, tolerance: int = 0) -> int:
        """The bar of a track at a column, or the nearest within so many columns; -1 where there is none."""
        there = self.of(line)
        if there.start == there.stop:
            return -1
        left, right = self.left[there], self.right[there]
        distance = np.maximum(np.maximum(left - column, column - (right - 1)), 0)
        nearest = int(np.argmin(distance))
        return there.start + nearest if distance[nearest] <= tolerance else -1


def bars(
    tracks: Sequence[Track],
    calls: Calls,
    grid: Grid,
    now_ns: int,
    matches: Sequence[Int64s] | None = None,
    *,
    crowded: int = CROWDED,
) -> Bars:
    """The bars in view.

    now_ns: where running calls reach to; a call that ended later counts as running then.
    matches: for each track and position, how many calls before it match the filter (one entry more than calls);
    None = all. crowded: more calls than this for each column are drawn by blocks.
    """
    groups = in_view(tracks, calls, grid, now_ns, crowded)
    running = _running(tracks, groups, now_ns)
    end = np.minimum(groups.end, now_ns)
    end[running | (end < 0)] = now_ns
    right = grid.scale.places_of_ends(end, groups.place)
    if grid.scale is not LINEAR:
        # Many times may lie at one place, and many places at one time.
        there = (groups.place < grid.start + grid.span) & (right >= grid.start)
        groups, running, right = groups.chosen(there), running[there], right[there]
    if not len(groups):
        return _no_bars()
    line = groups.key >> LINE_BITS
    at = line * grid.columns + grid.column_within(groups.place)
    if grid.scale.by_call:
        # Calls of one time may lie in steps of their own; on a track they stay in order.
        at = np.maximum.accumulate(at)
    shown = _shown(matches, line, groups.key & FIRST, groups.count) if matches is not None else None
    segments = np.flatnonzero(np.concatenate([[True], at[1:] != at[:-1]]))
    behind = np.append(segments[1:], len(at))
    line = line[segments]
    left = at[segments] - line * grid.columns
    limit = np.append(np.where(line[1:] == line[:-1], left[1:], grid.columns), grid.columns)
    right = grid.column_behind(_largest(right, segments, behind, _overlapping(tracks, line, grid)))
    count = np.diff(np.cumsum(groups.count)[behind - 1], prepend=0)
    return Bars(
        line=line,
        left=left,
        right=np.minimum(np.maximum(right, left + 1), limit),
        first=groups.key[segments] & FIRST,
        count=count,
        failed=_sums(groups.failed, segments),
        cancelled=_sums(groups.cancelled, segments) == count,
        never=_sums(groups.never, segments),
        running=_sums(running, segments) > 0,
        shown=np.ones(len(segments), np.bool_) if shown is None else _sums(shown, segments) > 0,
    )


def clusters(bars: Bars, narrow: int) -> tuple[Int64s, Int64s]:
    """Where runs of touching bars of a track begin and end that are all at most `narrow` wide: too thin to tell apart.

    Returns the first bar of each run and the one behind its last; a wide bar is a run of its own.
    """
    if not len(bars):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    thin = bars.right - bars.left <= narrow
    joined = thin[1:] & thin[:-1] & (bars.left[1:] <= bars.right[:-1]) & (bars.line[1:] == bars.line[:-1])
    begins = np.flatnonzero(np.concatenate([[True], ~joined]))
    return begins, np.append(begins[1:], len(bars))


def _running(tracks: Sequence[Track], groups: CallGroups, now_ns: int) -> Flags:
    """Which of the groups have a call that has not ended by now."""
    single = groups.count == 1
    running: Flags = single & ((groups.end < 0) | (groups.end > now_ns))
    keys = [track.running + (line << LINE_BITS) for line, track in enumerate(tracks) if len(track.running)]
    if keys and len(groups.key):
        wanted = np.concatenate(keys)
        at = np.maximum(groups.key.searchsorted(wanted, "right") - 1, 0)
        running[at[(wanted >= groups.key[at]) & (wanted < groups.key[at] + groups.count[at])]] = True
    return running


def _overlapping(tracks: Sequence[Track], line: Int64s, grid: Grid) -> Iterator[tuple[int, int]]:
    """From which bar to which a later call may end earlier."""
    if grid.scale is not LINEAR:
        yield 0, len(line)
        return
    for number, track in enumerate(tracks):
        if track.shared:
            begin, end = line.searchsorted([number, number + 1]).tolist()
            yield begin, end


def _largest(values: Int64s, segments: Positions, behind: Positions, overlapping: Iterable[tuple[int, int]]) -> Int64s:
    """The largest value of each segment; it is the last one but in some ranges of segments."""
    largest = values[behind - 1]
    for begin, end in overlapping:
        if begin < end:
            largest[begin:end] = np.maximum.reduceat(values[: behind[end - 1]], segments[begin:end])
    return largest


def _sums(amounts: npt.NDArray[Any], segments: Positions) -> Int64s:
    """What comes together in each segment; mostly there is little."""
    where = np.flatnonzero(amounts != 0)
    if 8 * len(where) > len(amounts):
        return np.asarray(np.add.reduceat(amounts.astype(np.int64), segments))
    sums = np.zeros(len(segments), np.int64)
    np.add.at(sums, segments.searchsorted(where, "right") - 1, amounts[where].astype(np.int64))
    return sums


def _shown(matches: Sequence[Int64s], line: Int64s, first: Int64s, count: Int64s) -> Int64s:
    """How many calls of each group match the filter."""
    shown = np.empty(len(first), np.int64)
    borders = line.searchsorted(np.arange(len(matches) + 1)).tolist()
    for number, (begin, end) in enumerate(pairwise(borders)):
        here = slice(begin, end)
        shown[here] = matches[number][first[here] + count[here]] - matches[number][first[here]]
    return shown


def _no_bars() -> Bars:
    no: Flags = np.empty(0, np.bool_)
    return Bars(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE, no, _NONE, no, no)
