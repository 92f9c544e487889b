"""What of some tracks lies in view: each call where they are few, blocks of their pyramids where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.picture.grid import Grid
from bus.picture.pyramid import Int64s, shift_of
from bus.picture.scale import LINEAR
from bus.picture.track import Track, cancelled, failed, never_ran

if TYPE_CHECKING:
    from bus.trace.tables import Calls

CROWDED = 4
"""More calls than this for each column of the view: blocks instead of each call."""

COARSE = 2
"""A block may be so many columns wide: all its calls are drawn at the first of them."""

LOOK_BACK = 4096
"""How many earlier calls of a shared track are looked at for one that reaches into the view."""

LINE_BITS = 40
"""Positions on a track have fewer bits; the number of the track stands above them."""

_NONE: Int64s = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class CallGroups:
    """Calls, or blocks of them, in order; what is said of a block is said of all its calls."""

    key: Int64s
    """Number of the track and position of the first call."""
    place: Int64s
    """Where on the axis the first call begins."""
    end: Int64s
    """Time; negative where none of the calls has ended."""
    count: Int64s
    failed: npt.NDArray[Any]
    cancelled: npt.NDArray[Any]
    never: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.key)

    def chosen(self, which: npt.NDArray[Any]) -> CallGroups:
        return CallGroups(*(getattr(self, name)[which] for name in CallGroups.__slots__))


def in_view(tracks: Sequence[Track], calls: Calls, grid: Grid, now_ns: int, crowded: int = CROWDED) -> CallGroups:
    """All that may lie in view. crowded: more calls than this for each column are blocks."""
    until = min(grid.end_ns + (grid.scale is not LINEAR), now_ns + 1)
    stretch = np.array([grid.start_ns, until])
    single: list[tuple[int, Int64s | range]] = []
    parts: list[CallGroups] = []
    for line, track in enumerate(tracks):
        begin, end = track.starts.searchsorted(stretch).tolist()
        rest = begin
        if min(end, track.blocks.calls) - begin > crowded * grid.columns:
            blocks = _Blocks(line, track, begin, end, grid)
            begin, rest = blocks.begin, blocks.end
            parts += blocks.groups
            single.append((line, blocks.single))
        single.append((line, _before(track, begin, calls, grid, now_ns)))
        single.append((line, range(rest, max(rest, end))))
    parts.append(_of_calls(tracks, calls, grid, [(line, part) for line, part in single if len(part)]))
    if len(parts) == 1:
        return parts[0]
    joined = CallGroups(*(np.concatenate([getattr(part, name) for part in parts]) for name in CallGroups.__slots__))
    # They are runs that ascend each, which a stable sort merges: ten times as fast as any other.
    return joined.chosen(np.argsort(joined.key, kind="stable"))


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
        here = np.arange(begin >> shift, min(-(-end >> shift), len(pyramid.level(level))))
        self.groups: list[CallGroups] = []
        self.begin, self.end = int(here[0]) << shift, (int(here[-1]) + 1) << shift
        """Positions of the first call that they stand for, and behind the last."""
        while True:
            groups, wide = _of_blocks(line, track, level, here, grid)
            here = here[wide]
            if not len(here):
                self.groups.append(groups)
                break
            self.groups.append(groups.chosen(~wide))
            if here[0] << shift <= begin:
                self.begin = begin
            below = shift_of(level - 1) if level else 0
            here = ((here[:, None] << (shift - below)) + np.arange(1 << (shift - below))).ravel()
            here = here[(here << below < end) & ((here + 1) << below > begin)]
            level, shift = level - 1, below
            if level < 0 or not len(here):
                break
        self.single = here
        """Positions of calls that they do not stand for, between the first and the last."""


def _of_blocks(
    line: int, track: Track, level: int, here: Int64s, grid: Grid
) -> tuple[CallGroups, npt.NDArray[np.bool_]]:
    """What these blocks come to, and which of them would be too wide."""
    known, shift = track.blocks.level(level), shift_of(level)
    # Field by field: picking whole blocks costs ten times as much.
    starts, first = known["start"], here << shift
    behind = starts[np.minimum(here + 1, len(known) - 1)]
    if int(here[-1]) + 1 == len(known):
        behind[-1] = track.starts[(len(known) << shift) - 1]
    left, right = _places(track, first, starts[here], grid), _places(track, first + (1 << shift), behind, grid)
    wide = right - left > COARSE * grid.span // grid.columns
    wide &= (right >= grid.start) & (left < grid.start + grid.span)
    groups = CallGroups(
        (line << LINE_BITS) + first,
        left,
        known["end"][here],
        np.full(len(here), 1 << shift),
        known["failed"][here],
        known["cancelled"][here],
        known["never"][here],
    )
    return groups, wide


def _places(track: Track, positions: Int64s, starts: Int64s, grid: Grid) -> Int64s:
    """Where on the axis calls begin."""
    if grid.scale.by_call:
        return grid.scale.places_of_calls(track.rows[np.minimum(positions, len(track) - 1)], starts)
    return grid.scale.places(starts)


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
) -> CallGroups:
    if not parts:
        return CallGroups(*[_NONE] * len(CallGroups.__slots__))
    places = [slice(part.start, part.stop) if isinstance(part, range) else part for _, part in parts]
    rows = np.concatenate([tracks[line].rows[at] for (line, _), at in zip(parts, places, strict=True)])
    starts = np.concatenate([tracks[line].starts[at] for (line, _), at in zip(parts, places, strict=True)])
    outcome = calls.outcome[rows]
    return CallGroups(
        np.concatenate([_keys(line, part) for line, part in parts]),
        grid.scale.places_of_calls(rows, starts),
        calls.ended_ns[rows],
        np.ones(len(rows), np.int64),
        failed(outcome),
        cancelled(outcome),
        never_ran(outcome),
    )


def _keys(line: int, part: Int64s | range) -> Int64s:
    above = line << LINE_BITS
    return np.arange(above + part.start, above + part.stop) if isinstance(part, range) else above + part
