"""Moments by column: how many emits a pixel stands for and whether any of them was lost, at any zoom.

Costs the pixels, not the emits: one binary search for each column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bus.picture.grid import Grid
from bus.picture.pyramid import Int64s


@dataclass(frozen=True, slots=True)
class EmitPoints:
    """Moments (emits) by column: at most one entry for each column of the grid."""

    column: Int64s
    first: Int64s
    """Index of the first moment that falls in the column."""
    count: Int64s
    lost: Int64s
    """How many of them nobody heard."""
    shown: npt.NDArray[np.bool_]
    """Whether any matches the filter."""
    lost_shown: npt.NDArray[np.bool_]
    """Whether any that nobody heard does."""

    def __len__(self) -> int:
        return len(self.column)


def points(
    times: Int64s, lost: Int64s, grid: Grid, until: int, matches: Int64s | None = None, matching: Int64s | None = None
) -> EmitPoints:
    """The moments in view, of which `lost` are the indices of those nobody heard; `until` bounds the indices.

    matches: how many before each moment match the filter; matching: which of the lost do; None: all.
    """
    edges = np.minimum(grid.scale.emits_before(times, grid.edges()), until)
    column = np.flatnonzero(edges[1:] > edges[:-1])
    first, following = edges[column], edges[column + 1]
    shown = np.ones(len(column), np.bool_) if matches is None else matches[following] > matches[first]
    unheard = _count_between(lost, first, following)
    lost_shown = (unheard if matching is None else _count_between(matching, first, following)) > 0
    return EmitPoints(column, first, following - first, unheard, shown, lost_shown)


def density(times: Int64s, grid: Grid) -> Int64s:
    """How many of these ascending times fall in each column."""
    counts: Int64s = np.diff(np.searchsorted(times, grid.scale.times(grid.edges())))
    return counts


def _count_between(positions: Int64s, first: Int64s, following: Int64s) -> Int64s:
    """How many of some ascending positions lie in each half-open range."""
    if not len(positions):
        return np.zeros(len(first), np.int64)
    return np.asarray(np.searchsorted(positions, following) - np.searchsorted(positions, first), np.int64)
