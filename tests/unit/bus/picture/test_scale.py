"""Every axis keeps the order of times, finds its way back, and loses no call."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.picture.bars import bars
from bus.picture.detail import points
from bus.picture.emits import EmitIndex
from bus.picture.grid import Grid
from bus.picture.idle import folded
from bus.picture.scale import LINEAR, UNIT, FoldedScale, StepScale
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from tests.unit.bus.picture.played import Played, played, stories


def steps_of(trace: Trace) -> StepScale:
    emits = EmitIndex()
    emits.update(trace)
    return StepScale(trace, emits, trace.span_ns[1])


@settings(max_examples=150, deadline=None)
@given(stories, st.lists(st.integers(-5_000, 4_000_000), min_size=2, max_size=20))
def test_an_axis_keeps_the_order_and_finds_its_way_back(story: list[Any], times: list[int]) -> None:
    trace = played(story)
    ordered = np.sort(np.array(times, np.int64))
    fold = folded(trace)
    for scale in (LINEAR, fold, steps_of(trace)):
        places = scale.places(ordered)
        assert (np.diff(places) >= 0).all()
        assert (np.diff(scale.times(np.sort(places))) >= 0).all()
        assert scale.place(times[0]) == int(scale.places(np.array(times[:1]))[0])
    outside = ordered[[not any(begin < at < end for begin, end in zip(fold.begins, fold.ends)) for at in ordered]]  # noqa: B905
    assert fold.times(fold.places(outside)).tolist() == outside.tolist(), "what is not folded is exact"


def test_dispatches_of_one_time_are_steps_of_their_own_and_so_are_their_calls() -> None:
    bus = Played()
    for _ in range(5):
        bus.call(bus.emit(7_000), 7_000, 7_000)
    trace = bus.trace()
    steps, tracks, emits = steps_of(trace), CallTracks(), EmitIndex()
    tracks.update(trace)
    emits.update(trace)
    grid = Grid(0, 5 * UNIT, 50, steps)
    marks = points(emits.times, emits.lost, grid, len(emits))
    assert marks.column.tolist() == [0, 10, 20, 30, 40]
    (lane,) = tracks.lanes.values()
    drawn = bars(lane, trace.calls, grid, 7_000)
    assert drawn.left.tolist() == [0, 10, 20, 30, 40]
    assert (drawn.right - drawn.left >= 9).all(), "what took no time is seen as well"
    part = bars(lane, trace.calls, Grid(UNIT, 2 * UNIT, 50, steps), 7_000)
    assert int(part.count.sum()) == 2


@settings(max_examples=100, deadline=None)
@given(stories, st.integers(1, 30))
def test_the_whole_of_any_axis_shows_every_call_and_every_emit(story: list[Any], columns: int) -> None:
    trace = played(story)
    tracks, emits = CallTracks(), EmitIndex()
    tracks.update(trace)
    emits.update(trace)
    now = trace.span_ns[1]
    every = [track for lane in tracks.lanes.values() for track in lane]
    for scale in (LINEAR, folded(trace), StepScale(trace, emits, now)):
        first, last = scale.place(trace.span_ns[0]), scale.place(now)
        first = min(first, 0) if isinstance(scale, StepScale) else first
        grid = Grid(first, max(1, last + 1 - first), columns, scale)
        assert int(bars(every, trace.calls, grid, now).count.sum()) == len(trace.calls)
        assert int(points(emits.times, emits.lost, grid, len(emits)).count.sum()) == len(emits)


def test_times_that_a_hostile_capture_claims_break_no_axis() -> None:
    trace, most = played([(0, 5), (1, None)]), np.iinfo(np.int64)
    trace.calls.started_ns[:], trace.calls.ended_ns[:] = most.min, most.max
    trace.dispatches.emitted_ns[:] = [most.max, most.min]
    for scale in (folded(trace), steps_of(trace), FoldedScale(*np.array([[0], [10]]), 1)):
        assert isinstance(scale.place(most.max // 2), int)
        assert isinstance(scale.time(0), int)
