"""Moments by column: each is counted once, and no loss is left out."""

from __future__ import annotations

import numpy as np

from bus.picture.detail import density, points
from bus.picture.grid import Grid


def test_a_loss_is_kept_where_many_emits_share_a_column() -> None:
    times = np.arange(100_000, dtype=np.int64)
    marks = points(times, np.array([77_777]), Grid(0, 100_000, 100), len(times))
    assert int(marks.count.sum()) == 100_000
    assert np.flatnonzero(marks.lost).tolist() == [77]


def test_density_counts_each_moment_once() -> None:
    times = np.array([0, 1, 5, 99], np.int64)
    assert density(times, Grid(0, 100, 10)).tolist() == [3, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_a_loss_that_the_filter_leaves_out_is_told_from_one_that_it_shows() -> None:
    times, lost = np.arange(100, dtype=np.int64), np.array([5, 15, 95])
    matches = np.concatenate([[0], np.cumsum(times >= 90)])
    marks = points(times, lost, Grid(0, 100, 10), len(times), matches, np.array([95]))
    assert marks.lost.tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert np.flatnonzero(marks.lost_shown).tolist() == [9]
    assert np.flatnonzero(marks.shown).tolist() == [9]
