"""Whatever the zoom: no call is left out of the bars, no failure, no running call, and bars never overlap."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.picture.bars import bars, clusters
from bus.picture.blocks import COARSE
from bus.picture.grid import Grid
from bus.picture.tracks import MAX_TRACKS, CallTracks
from bus.trace.names import Names
from bus.trace.processes import JoinedProcesses
from buslens.records import Outcome


@dataclass
class Calls:
    """The columns of calls of one handler, as level of detail reads them."""

    started_ns: npt.NDArray[np.int64]
    ended_ns: npt.NDArray[np.int64]
    outcome: npt.NDArray[np.uint8]

    @property
    def handler(self) -> npt.NDArray[np.uint32]:
        return np.ones(len(self), np.uint32)

    def __len__(self) -> int:
        return len(self.started_ns)


@dataclass
class Columns:
    """Calls that arrive one after the other."""

    started: list[int]
    ended: list[int]
    outcome: list[int]

    def trace(self, length: int | None = None, *, open_at: int | None = None) -> Any:
        """As much of them as has arrived; what ends after `open_at` runs still."""
        count = len(self.started) if length is None else length
        ended = np.array(self.ended[:count], np.int64)
        outcome = np.array(self.outcome[:count], np.uint8)
        if open_at is not None:
            outcome[ended > open_at] = Outcome.RUNNING
            ended[ended > open_at] = -1
        return SimpleNamespace(
            names=Names(),
            processes=JoinedProcesses(),
            calls=Calls(np.array(self.started[:count], np.int64), ended, outcome),
        )


def columns_of(*calls: tuple[int, int] | tuple[int, int, Outcome]) -> Columns:
    filled = [(*call, Outcome.OK)[:3] for call in calls]
    return Columns([one[0] for one in filled], [one[1] for one in filled], [int(one[2]) for one in filled])


def tracks_of(trace: Any, **policies: int) -> list[Any]:
    tracks = CallTracks(**policies)
    tracks.update(trace)
    return tracks.lanes.get(1, [])


calls_in_order = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 400), st.sampled_from([Outcome.OK, Outcome.FAILED, Outcome.RUNNING])),
    min_size=1,
    max_size=120,
)


def build(steps: list[tuple[int, int, Outcome]]) -> Columns:
    started = np.cumsum([step[0] for step in steps]).tolist()
    ended = [-1 if step[2] is Outcome.RUNNING else start + step[1] for start, step in zip(started, steps, strict=True)]
    return Columns(started, ended, [int(step[2]) for step in steps])


@settings(max_examples=150, deadline=None)
@given(calls_in_order, st.integers(-50, 3000), st.integers(1, 5000), st.integers(1, 60))
def test_every_call_in_view_is_in_some_bar_with_its_failure_and_its_running(
    steps: list[tuple[int, int, Outcome]], start: int, span: int, width: int
) -> None:
    columns = build(steps)
    trace = columns.trace()
    now = max([*columns.started, *columns.ended]) + 10
    grid = Grid(start, span, width)
    drawn = [bars([track], trace.calls, grid, now) for track in tracks_of(trace)]
    expected = [
        outcome
        for begun, end, outcome in zip(columns.started, columns.ended, columns.outcome, strict=True)
        if begun < start + span and (now if end < 0 else end) >= start
    ]
    assert sum(int(one.count.sum()) for one in drawn) == len(expected)
    assert sum(int(one.failed.sum()) for one in drawn) == expected.count(Outcome.FAILED)
    assert any(bool(one.running.any()) for one in drawn) == (Outcome.RUNNING in expected)
    for one in drawn:
        assert (one.left >= 0).all()
        assert (one.right <= width).all()
        assert (one.right > one.left).all()
        assert (one.left[1:] >= one.right[:-1]).all()


@settings(max_examples=100, deadline=None)
@given(calls_in_order, st.integers(1, 7))
def test_calls_that_arrive_bit_by_bit_lie_where_they_would_all_at_once(
    steps: list[tuple[int, int, Outcome]], batches: int
) -> None:
    columns = build(steps)
    bit_by_bit, at_once = CallTracks(), CallTracks()
    total = len(steps)
    for number in range(1, batches + 1):
        length = total * number // batches
        bit_by_bit.update(columns.trace(length, open_at=columns.started[length - 1] if length else None))
    bit_by_bit.update(columns.trace())
    at_once.update(columns.trace())
    assert [bit_by_bit.place(row) for row in range(total)] == [at_once.place(row) for row in range(total)]
    for mine, other in zip(bit_by_bit.lanes[1], at_once.lanes[1], strict=True):
        assert mine.failed.tolist() == other.failed.tolist()
        assert mine.running.tolist() == other.running.tolist()


@settings(max_examples=100, deadline=None)
@given(calls_in_order)
def test_calls_on_one_track_never_overlap_but_on_the_last(steps: list[tuple[int, int, Outcome]]) -> None:
    columns = build(steps)
    for track in tracks_of(columns.trace()):
        if not track.shared:
            ends = np.array(columns.ended)[track.rows]
            assert (ends[:-1] >= 0).all()
            assert (track.starts[1:] >= ends[:-1]).all()


def test_the_long_way_of_stacking_gives_the_same_as_the_short_one() -> None:
    random = np.random.default_rng(3)
    started = np.sort(random.integers(0, 20_000, 600))
    columns = Columns(started.tolist(), (started + random.integers(0, 300, 600)).tolist(), [1] * 600)
    vectorised = tracks_of(columns.trace())
    looped = tracks_of(columns.trace(), few=10_000)
    assert [track.rows.tolist() for track in vectorised] == [track.rows.tolist() for track in looped]


def test_one_failure_among_a_million_calls_is_in_a_bar() -> None:
    count = 1_000_000
    started = np.arange(count, dtype=np.int64) * 1000
    calls = Calls(started, started + 500, np.ones(count, np.uint8))
    trace: Any = SimpleNamespace(names=Names(), processes=JoinedProcesses(), calls=calls)
    trace.calls.outcome[654_321] = Outcome.FAILED
    (track,) = tracks_of(trace)
    drawn = bars([track], trace.calls, Grid(0, count * 1000, 1600), count * 1000)
    assert 1600 // COARSE <= len(drawn) <= 1600
    assert int(drawn.count.sum()) == count
    assert drawn.failed.sum() == 1
    assert 0 <= 654_321 * 1600 // count - int(drawn.left[np.argmax(drawn.failed)]) <= COARSE


def test_a_running_call_reaches_to_now_and_grows() -> None:
    trace = columns_of((100, -1)).trace()
    (track,) = tracks_of(trace)
    ends = [bars([track], trace.calls, Grid(0, 1000, 1000), now).right[0] for now in (200, 300, 900)]
    assert ends == [200, 300, 900]


def test_a_call_that_began_before_the_view_reaches_into_it() -> None:
    trace = columns_of((0, 5000)).trace()
    (track,) = tracks_of(trace)
    drawn = bars([track], trace.calls, Grid(1000, 1000, 50), 9000)
    assert (drawn.left[0], drawn.right[0]) == (0, 50)


def test_more_overlap_than_tracks_shares_the_last_one_and_loses_nothing() -> None:
    trace = columns_of(*[(start, 10_000) for start in range(40)]).trace()
    tracks = tracks_of(trace)
    assert len(tracks) == MAX_TRACKS
    drawn = [bars([track], trace.calls, Grid(0, 10_000, 100), 10_000) for track in tracks]
    assert sum(int(one.count.sum()) for one in drawn) == 40
    assert drawn[-1].right[-1] == 100


def test_what_the_filter_leaves_out_is_not_shown_but_still_counted() -> None:
    trace = columns_of((0, 10), (500, 510)).trace()
    (track,) = tracks_of(trace)
    drawn = bars([track], trace.calls, Grid(0, 1000, 10), 1000, [np.array([0, 0, 1])])
    assert drawn.shown.tolist() == [False, True]
    assert drawn.count.tolist() == [1, 1]


def test_thin_bars_that_touch_are_one_to_the_eye() -> None:
    trace = columns_of(*[(start * 10, start * 10 + 9) for start in range(20)], (400, 900)).trace()
    (track,) = tracks_of(trace)
    drawn = bars([track], trace.calls, Grid(0, 1000, 100), 1000)
    begins, behind = clusters(drawn, 3)
    assert [int(drawn.count[first:last].sum()) for first, last in zip(begins, behind, strict=True)] == [20, 1]


def test_the_nearest_bar_within_reach_is_hit() -> None:
    trace = columns_of((0, 100), (500, 600)).trace()
    (track,) = tracks_of(trace)
    drawn = bars([track], trace.calls, Grid(0, 1000, 100), 1000)
    assert drawn.at(0, 5) == 0
    assert drawn.at(0, 13, tolerance=4) == 0
    assert drawn.at(0, 30, tolerance=4) == -1
    assert drawn.at(0, 48, tolerance=4) == 1
