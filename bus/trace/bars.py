"""Which bars to draw for tracks of calls on a grid of pixel columns, all tracks of a picture at once.

At most one bar of a track starts in a column; it knows how many calls it stands for and whether any of them failed,
runs still, or matches the filter, so that nothing of that is lost at any zoom. Where a track has more calls in view
than columns, blocks of its pyramid stand for them: of a block that begins in one column, all calls count there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.trace.grid import Grid
from bus.trace.pyramid import Int64s, shift_of
from bus.trace.scale import LINEAR
from bus.trace.track import Track, cancelled, failed

if TYPE_CHECKING:
    from bus.trace.tables import Calls

Flags = npt.NDArray[np.bool_]

CROWDED = 4
"""More calls than this for each column of the view: blocks instead of each call."""

COARSE = 2
"""A block may be so many columns wide: all its calls are drawn at the first of them."""

LOOK_BACK = 4096
"""How many earlier calls of a shared track are looked at for one that reaches into the view."""

LINE_BITS = 40
"""Positions on a track have fewer bits; the number of the track stands above them."""
_NONE: Int64s = np.empty(0, np.int64)
FIRST = (1 << LINE_BITS) - 1


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


@dataclass(frozen=True, slots=True)
class _Groups:
    """Calls, or blocks of them, in order; what is said of a block is said of all its calls."""

    key: Int64s
    """Number of the track and position of the first call."""
    place: Int64s
    """Where on the axis the first call begins."""
    end: Int64s
    """Time."""
    count: Int64s
    failed: npt.NDArray[Any]
    cancelled: npt.NDArray[Any]

    @property
    def first(self) -> Int64s:
        return self.key & FIRST


def bars(
    tracks: Sequence[Track], calls: Calls, grid: Grid, now_ns: int, matches: Sequence[Int64s] | None = None
) -> Bars:
    """The bars in view.

    now_ns: where running calls reach to; a call that ended later counts as running then.
    matches: for each track and position, how many calls before it match the filter (one entry more than calls);
    None = all.
    """
    groups = _in_view(tracks, calls, grid, now_ns)
    if not len(groups.key):
        return _no_bars()
    running = _running(tracks, groups, now_ns)
    end = np.minimum(groups.end, now_ns)
    end[running] = now_ns
    right = grid.scale.places_of_ends(end, groups.place)
    if grid.scale is not LINEAR:
        # Many times may lie at one place, and many places at one time.
        there = (groups.place < grid.start + grid.span) & (right >= grid.start)
        groups, running, right = _chosen(groups, there), running[there], right[there]
        if not len(right):
            return _no_bars()
    # Calls of one time may lie in steps of their own; on a track they stay in order.
    line = groups.key >> LINE_BITS
    at = np.maximum.accumulate(line * grid.columns + grid.column_within(groups.place))
    segments = np.flatnonzero(np.diff(at, prepend=-1))
    right = np.maximum.reduceat(grid.column_behind(right), segments)
    shown = _shown(matches, line, groups.first, groups.count) if matches is not None else None
    line, left = line[segments], at[segments] % grid.columns
    limit = np.append(np.where(line[1:] == line[:-1], left[1:], grid.columns), grid.columns)
    count = np.add.reduceat(groups.count, segments)
    return Bars(
        line=line,
        left=left,
        right=np.minimum(np.maximum(right, left + 1), limit),
        first=groups.key[segments] & FIRST,
        count=count,
        failed=_sums(groups.failed, segments),
        cancelled=_sums(groups.cancelled, segments) == count,
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


def _in_view(tracks: Sequence[Track], calls: Calls, grid: Grid, now_ns: int) -> _Groups:
    """All that may lie in view: each call, or blocks of them where they are many."""
    until = min(grid.end_ns + (grid.scale is not LINEAR), now_ns + 1)
    single: list[tuple[int, Int64s | range]] = []
    parts: list[_Groups] = []
    for line, track in enumerate(tracks):
        begin, end = track.starts.searchsorted((grid.start_ns, until)).tolist()
        rest = begin
        if min(end, track.blocks.calls) - begin > CROWDED * grid.columns:
            blocks = _Blocks(line, track, begin, end, grid)
            begin, rest = blocks.begin, blocks.end
            parts += blocks.groups
            single.append((line, blocks.single))
        single.append((line, _before(track, begin, calls, grid, now_ns)))
        single.append((line, range(rest, max(rest, end))))
    parts.append(_of_calls(tracks, calls, grid, [(line, part) for line, part in single if len(part)]))
    if len(parts) == 1:
        return parts[0]
    joined = _Groups(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Groups.__slots__))
    return _chosen(joined, np.argsort(joined.key, kind="stable"))


def _chosen(groups: _Groups, which: npt.NDArray[Any]) -> _Groups:
    return _Groups(*(getattr(groups, name)[which] for name in _Groups.__slots__))


class _Blocks:
    """Blocks, and where there is a silence in one smaller blocks and calls, that stand for many calls of a track.

    They lie at a level with about as many blocks as there are columns. The first and the last one may reach a little
    out of the view.
    """

    def __init__(self, line: int, track: Track, begin: int, end: int, grid: Grid) -> None:
        pyramid, level = track.blocks, 0
        while level + 1 < len(pyramid) and COARSE * ((end - begin) >> shift_of(level + 1)) >= grid.columns:
            level += 1
        shift = shift_of(level)
        blocks = np.arange(begin >> shift, min(-(-end >> shift), len(pyramid.level(level))))
        self.groups: list[_Groups] = []
        self.end = (int(blocks[-1]) + 1) << shift
        """Position behind the last call that they stand for."""
        apart = self._wide(track, level, blocks, grid)
        self.begin = begin if apart[0] else int(blocks[0]) << shift
        """Position of the first."""
        behind = min(self.end, end) if apart[-1] else self.end
        while True:
            if len(blocks):
                self.groups.append(_of_blocks(line, track, level, blocks[~apart] if apart.any() else blocks, grid))
            below = shift_of(level - 1) if level else 0
            blocks = blocks[apart]
            blocks = ((blocks[:, None] << (shift - below)) + np.arange(1 << (shift - below))).ravel()
            blocks = blocks[(blocks << below < behind) & ((blocks + 1) << below > self.begin)]
            level, shift = level - 1, below
            if level < 0 or not len(blocks):
                break
            apart = self._wide(track, level, blocks, grid)
        self.single = blocks
        """Positions of calls that they do not stand for, between the first and the last."""

    def _wide(self, track: Track, level: int, blocks: Int64s, grid: Grid) -> Flags:
        """Which of the blocks would be too wide."""
        starts = track.blocks.level(level)["start"]
        behind = starts[np.minimum(blocks + 1, len(starts) - 1)]
        if int(blocks[-1]) + 1 == len(starts):
            behind[-1] = track.starts[(len(starts) << shift_of(level)) - 1]
        shift = shift_of(level)
        left = _places(track, blocks << shift, starts[blocks], grid)
        right = _places(track, np.minimum((blocks + 1) << shift, len(track) - 1), behind, grid)
        wide: Flags = right - left > COARSE * grid.span // grid.columns
        return wide & (right >= grid.start) & (left < grid.start + grid.span)


def _places(track: Track, positions: Int64s, starts: Int64s, grid: Grid) -> Int64s:
    """Where on the axis calls begin."""
    if grid.scale.by_call:
        return grid.scale.places_of_calls(track.rows[positions], starts)
    return grid.scale.places(starts)


def _of_blocks(line: int, track: Track, level: int, blocks: Int64s, grid: Grid) -> _Groups:
    shift, together = shift_of(level), len(blocks) and len(blocks) == int(blocks[-1]) - int(blocks[0]) + 1
    known = track.blocks.level(level)[slice(int(blocks[0]), int(blocks[-1]) + 1) if together else blocks]
    return _Groups(
        (line << LINE_BITS) + (blocks << shift),
        _places(track, blocks << shift, known["start"], grid),
        known["end"],
        np.full(len(blocks), 1 << shift),
        known["failed"],
        known["cancelled"],
    )


def _before(track: Track, begin: int, calls: Calls, grid: Grid, now_ns: int) -> Int64s:
    """Positions of calls that started before the view and reach into it."""
    if now_ns < grid.start_ns or not begin:
        return _NONE
    look = np.arange(max(0, begin - (LOOK_BACK if track.shared else 1)), begin)
    ended = calls.ended_ns[track.rows[look]]
    reaching = look[(ended < 0) | (ended >= grid.start_ns)]
    stuck = track.running[: track.running.searchsorted(begin - len(look))] if len(track.running) else _NONE
    return np.concatenate([stuck, reaching]) if len(stuck) else reaching


def _of_calls(
    tracks: Sequence[Track], calls: Calls, grid: Grid, parts: Sequence[tuple[int, Int64s | range]]
) -> _Groups:
    if not parts:
        return _Groups(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE)
    places = [slice(part.start, part.stop) if isinstance(part, range) else part for _, part in parts]
    rows = np.concatenate([tracks[line].rows[at] for (line, _), at in zip(parts, places, strict=True)])
    starts = np.concatenate([tracks[line].starts[at] for (line, _), at in zip(parts, places, strict=True)])
    outcome = calls.outcome[rows]
    return _Groups(
        np.concatenate([_keys(line, part) for line, part in parts]),
        grid.scale.places_of_calls(rows, starts),
        calls.ended_ns[rows],
        np.ones(len(rows), np.int64),
        failed(outcome),
        cancelled(outcome),
    )


def _keys(line: int, part: Int64s | range) -> Int64s:
    above = line << LINE_BITS
    return np.arange(above + part.start, above + part.stop) if isinstance(part, range) else above + part


def _running(tracks: Sequence[Track], groups: _Groups, now_ns: int) -> Flags:
    """Which of the groups have a call that has not ended by now."""
    single = groups.count == 1
    running: Flags = single & ((groups.end < 0) | (groups.end > now_ns))
    keys = [track.running + (line << LINE_BITS) for line, track in enumerate(tracks) if len(track.running)]
    if keys and len(groups.key):
        wanted = np.concatenate(keys)
        at = np.maximum(groups.key.searchsorted(wanted, "right") - 1, 0)
        running[at[(wanted >= groups.key[at]) & (wanted < groups.key[at] + groups.count[at])]] = True
    return running


def _sums(amounts: npt.NDArray[Any], segments: npt.NDArray[np.intp]) -> Int64s:
    """What comes together in each segment; mostly there is little."""
    where = np.flatnonzero(amounts)
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
    return Bars(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE, no, no, no)
