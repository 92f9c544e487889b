"""Level of detail: which bars to draw for a track of calls on a grid of pixel columns.

At most one bar starts in a column; it knows how many calls it stands for and whether any of them failed, runs still,
or matches the filter, so that nothing of that is lost at any zoom. Costs the pixels, not the calls: two binary
searches for each column once there are more calls than columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bus.trace.tracks import Int64s, Track

CROWDED = 3
"""More calls than this for each column of the view: search by column instead of looking at each call."""

LOOK_BACK = 4096
"""How many earlier calls of a shared track are looked at for one that reaches into the view."""

EXACT_ENDS = 200_000
"""Up to so many calls in view the ends of a shared track are exact; beyond, a bar ends with its last call."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns that a picture has, and the time they stand for."""

    start_ns: int
    span_ns: int
    columns: int

    def column(self, times: Int64s) -> Int64s:
        """The column each time falls in; not clipped."""
        return np.floor(self._scaled(times)).astype(np.int64)

    def column_behind(self, times: Int64s) -> Int64s:
        """The first column that begins at each time or later."""
        return np.ceil(self._scaled(times)).astype(np.int64)

    def edges(self) -> Int64s:
        """Where each column begins, and where the last one ends."""
        steps = np.ceil(np.arange(self.columns + 1) * (self.span_ns / self.columns))
        return np.asarray(steps.astype(np.int64) + np.int64(self.start_ns))

    def _scaled(self, times: Int64s) -> npt.NDArray[np.float64]:
        return np.clip((times - self.start_ns) * (self.columns / self.span_ns), -1e9, 1e9)


@dataclass(frozen=True, slots=True)
class Bars:
    """What to draw of one track, from left to right. All arrays have one entry for each bar."""

    left: Int64s
    """First column, within the grid."""
    right: Int64s
    """Column behind the last one; always greater than `left`, never beyond the next bar's `left`."""
    first: Int64s
    """Position on the track of the first call that the bar stands for."""
    count: Int64s
    failed: Int64s
    """How many of the calls failed or timed out."""
    cancelled: npt.NDArray[np.bool_]
    """Whether all were cancelled."""
    running: npt.NDArray[np.bool_]
    """Whether any has not ended."""
    shown: npt.NDArray[np.bool_]
    """Whether any matches the filter."""

    def __len__(self) -> int:
        return len(self.left)

    def at(self, column: float, tolerance: int = 0) -> int:
        """The bar at a column, or the nearest within so many columns; -1 where there is none."""
        if not len(self):
            return -1
        distance = np.maximum(np.maximum(self.left - column, column - (self.right - 1)), 0)
        nearest = int(np.argmin(distance))
        return nearest if distance[nearest] <= tolerance else -1


@dataclass(frozen=True, slots=True)
class Points:
    """Moments (emits) by column: at most one entry for each column of the grid."""

    column: Int64s
    first: Int64s
    """Index of the first moment that falls in the column."""
    count: Int64s
    lost: Int64s
    """How many of them nobody heard."""
    shown: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.column)


def bars(track: Track, ended_ns: Int64s, grid: Grid, now_ns: int, matches: Int64s | None = None) -> Bars:
    """The bars of a track in view.

    ended_ns: the column of all calls; -1 while running.
    now_ns: where running calls reach to; a call that ended later counts as running then.
    matches: for each position, how many calls before it match the filter (one entry more than calls); None = all.
    """
    starts = track.starts
    begin = int(np.searchsorted(starts, grid.start_ns))
    end = int(np.searchsorted(starts, min(grid.start_ns + grid.span_ns, now_ns + 1)))
    first, following = _groups(starts, begin, max(begin, end), grid)
    early = _reaching_in(track, ended_ns, begin, grid.start_ns, now_ns)
    first, following = np.concatenate([early, first]), np.concatenate([early + 1, following])
    if not len(first):
        return _no_bars()
    left = np.clip(grid.column(starts[first]), 0, grid.columns - 1)
    right = grid.column_behind(_ends(track, ended_ns, first, following, now_ns))
    segments = np.flatnonzero(np.diff(left, prepend=-1))
    left = left[segments]
    right = np.maximum(np.maximum.reduceat(right, segments), left + 1)
    limit = np.append(left[1:], grid.columns)
    count = np.add.reduceat(following - first, segments)
    return Bars(
        left=left,
        right=np.minimum(right, limit),
        first=first[segments],
        count=count,
        failed=_sum(track.failed, first, following, segments),
        cancelled=_sum(track.cancelled, first, following, segments) == count,
        running=_sum(track.running, first, following, segments) > 0,
        shown=np.ones(len(segments), np.bool_)
        if matches is None
        else np.add.reduceat(matches[following] - matches[first], segments) > 0,
    )


def points(times: Int64s, lost: Int64s, grid: Grid, until: int, matches: Int64s | None = None) -> Points:
    """The moments in view, of which `lost` are the indices of those nobody heard; `until` bounds the indices."""
    edges = np.searchsorted(times[:until], grid.edges())
    column = np.flatnonzero(edges[1:] > edges[:-1])
    first, following = edges[column], edges[column + 1]
    shown = np.ones(len(column), np.bool_) if matches is None else matches[following] > matches[first]
    return Points(column, first, following - first, _count_between(lost, first, following), shown)


def density(times: Int64s, grid: Grid) -> Int64s:
    """How many of these ascending times fall in each column."""
    counts: Int64s = np.diff(np.searchsorted(times, grid.edges()))
    return counts


def clusters(bars: Bars, narrow: int) -> tuple[Int64s, Int64s]:
    """Where runs of touching bars begin and end that are all at most `narrow` wide: too thin to tell apart.

    Returns the first bar of each run and the one behind its last; a wide bar is a run of its own.
    """
    thin = bars.right - bars.left <= narrow
    joined = thin[1:] & thin[:-1] & (bars.left[1:] - bars.right[:-1] <= 0)
    begins = np.flatnonzero(np.concatenate([[True], ~joined])) if len(bars) else np.empty(0, np.int64)
    return begins, np.append(begins[1:], len(bars)) if len(begins) else begins


def _groups(starts: Int64s, begin: int, end: int, grid: Grid) -> tuple[Int64s, Int64s]:
    """Positions where groups of calls begin, and those behind them: one call each, or one column each."""
    if end - begin <= CROWDED * grid.columns:
        each = np.arange(begin, end, dtype=np.int64)
        return each, each + 1
    edges = begin + np.searchsorted(starts[begin:end], grid.edges())
    filled = np.flatnonzero(edges[1:] > edges[:-1])
    return edges[filled], edges[filled + 1]


def _reaching_in(track: Track, ended_ns: Int64s, begin: int, start_ns: int, now_ns: int) -> Int64s:
    """Positions of calls that started before the view and reach into it."""
    look = np.arange(max(0, begin - (LOOK_BACK if track.shared else 1)), begin, dtype=np.int64)
    reaching = look[_until_now(ended_ns[track.rows[look]], now_ns) >= start_ns]
    if now_ns >= start_ns and len(track.running):
        return np.union1d(reaching, track.running[track.running < begin])
    return reaching


def _ends(track: Track, ended_ns: Int64s, first: Int64s, following: Int64s, now_ns: int) -> Int64s:
    """Where each group of calls ends; running ones reach to now."""
    sizes = following - first
    if not track.shared or int(sizes.sum()) > EXACT_ENDS:
        return _until_now(ended_ns[track.rows[following - 1]], now_ns)
    offsets = np.cumsum(sizes) - sizes
    members = np.arange(int(sizes.sum())) + np.repeat(first - offsets, sizes)
    return np.asarray(np.maximum.reduceat(_until_now(ended_ns[track.rows[members]], now_ns), offsets))


def _until_now(ends: Int64s, now_ns: int) -> Int64s:
    return np.where((ends < 0) | (ends > now_ns), now_ns, ends)


def _sum(positions: Int64s, first: Int64s, following: Int64s, segments: npt.NDArray[np.intp]) -> Int64s:
    """How many of some ascending positions lie in the ranges of each segment."""
    if not len(positions):
        return np.zeros(len(segments), np.int64)
    return np.asarray(np.add.reduceat(_count_between(positions, first, following), segments))


def _count_between(positions: Int64s, first: Int64s, following: Int64s) -> Int64s:
    """How many of some ascending positions lie in each half-open range."""
    if not len(positions):
        return np.zeros(len(first), np.int64)
    return np.asarray(np.searchsorted(positions, following) - np.searchsorted(positions, first), np.int64)


def _no_bars() -> Bars:
    none = np.empty(0, np.int64)
    no = np.empty(0, np.bool_)
    return Bars(none, none, none, none, none, no, no, no)
