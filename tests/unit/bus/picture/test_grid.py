"""Each time falls into the column that begins before it and ends after it, at every zoom."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from bus.picture.grid import Grid

GRIDS = some.builds(Grid, some.integers(-(10**12), 10**12), some.integers(1, 10**12), some.integers(1, 4000))


def times_in(grid: Grid, data: Any) -> Any:
    inside = some.integers(grid.start, grid.start + grid.span - 1)
    return np.array(data.draw(some.lists(inside, min_size=1, max_size=20)), np.int64)


@given(GRIDS, some.data())
def test_columns_are_counted_from_the_left_and_none_is_outside(grid: Grid, data: Any) -> None:
    times = times_in(grid, data)
    columns = grid.column(times)
    assert ((columns >= 0) & (columns < grid.columns)).all()
    assert (grid.column_within(times) == columns).all()


@given(GRIDS, some.data())
def test_the_order_of_times_is_that_of_their_columns(grid: Grid, data: Any) -> None:
    times = np.sort(times_in(grid, data))
    assert (np.diff(grid.column(times)) >= 0).all()
    assert (np.diff(grid.column_behind(times)) >= 0).all()


@given(some.integers(-1000, 1000), some.sampled_from([1, 2, 8, 1024]), some.integers(1, 40))
def test_edges_are_where_columns_begin_and_cover_the_stretch(start: int, each: int, columns: int) -> None:
    grid = Grid(start, each * columns, columns)
    edges = grid.edges()
    assert edges.tolist() == [start + each * number for number in range(columns + 1)]
    assert grid.column(edges[:-1]).tolist() == list(range(columns))
    assert grid.column_behind(edges).tolist() == list(range(columns + 1))
    assert (grid.start_ns, grid.end_ns) == (start, start + each * columns)


def test_what_lies_outside_counts_to_the_first_or_last_column_and_is_told_apart_where_it_must() -> None:
    grid = Grid(100, 50, 10)
    far = np.array([-(10**18), 99, 150, 10**18])
    assert grid.column_within(far).tolist() == [0, 0, 9, 9]
    assert grid.column_behind(far).tolist() == [0, 0, 10, 10]
    before, just_before, behind, far_behind = grid.column(far).tolist()
    assert before < just_before < 0
    assert far_behind > behind == 10
