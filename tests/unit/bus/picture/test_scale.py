"""Every axis keeps the order of times, finds its way back, and loses no call."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.picture.bars import bars
from bus.picture.detail import points
from bus.picture.emits import EmitIndex
from bus.picture.grid import Grid
from bus.picture.idle import folded, gaps
from bus.picture.scale import LINEAR, UNIT, FoldedScale, StepScale
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


class Played:
    """Emits and calls at the times that a test says."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=self._clock)
        self.handler = self.recorder.handler("pack", "x.py", 1, "e")

    def _clock(self) -> int:
        return self.now_ns

    def emit(self, at: int) -> int:
        self.now_ns, ident = at, self.recorder.next_id()
        self.recorder.dispatch(ident, 0, self.recorder.event("e"), 0, 1, None)
        return ident

    def call(self, dispatch: int, at: int, until: int | None) -> int:
        self.now_ns, ident = at, self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.handler, 0)
        if until is not None:
            self.now_ns = until
            self.recorder.call_ended(ident, Outcome.OK, None)
        return ident

    def trace(self) -> Trace:
        trace = Trace()
        trace.feed(self.recorder.take())
        return trace


stories = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 5, 400, 90_000]), st.sampled_from([None, 0, 3, 50, 600])),
    min_size=1,
    max_size=40,
)
"""Time since the last emit, and how long its call lasts; None: nobody is called."""


def played(story: list[tuple[int, int | None]]) -> Trace:
    bus, at = Played(), 1_000
    for gap, lasts in story:
        at += gap
        dispatch = bus.emit(at)
        if lasts is not None:
            bus.call(dispatch, at + (lasts > 10), at + lasts)
    return bus.trace()


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


@settings(max_examples=100, deadline=None)
@given(stories)
def test_gaps_are_where_a_slow_look_finds_nothing(story: list[Any]) -> None:
    trace = played(story)
    begins, ends = gaps(trace)
    first, last = trace.span_ns
    busy = set()
    for start, end in zip(trace.calls.started_ns.tolist(), trace.calls.ended_ns.tolist(), strict=True):
        busy |= {(int(start), int(end))}
    moments = sorted({first, last, *trace.dispatches.emitted_ns.tolist(), *(each for pair in busy for each in pair)})
    quiet = [
        (left, right)
        for left, right in pairwise(moments)
        if not any(start <= left and right <= end for start, end in busy)
    ]
    merged: list[tuple[int, int]] = []
    for left, right in quiet:
        ended_here = left in set(trace.dispatches.emitted_ns.tolist()) or any(left in pair for pair in busy)
        if merged and merged[-1][1] == left and not ended_here:
            merged[-1] = (merged[-1][0], right)
        else:
            merged.append((left, right))
    assert list(zip(begins.tolist(), ends.tolist(), strict=True)) == merged


def test_what_happened_has_half_of_a_folded_axis() -> None:
    bus = Played()
    for second in range(10):
        bus.call(bus.emit(second * 1_000_000_000), second * 1_000_000_000, second * 1_000_000_000 + 5_000_000)
    fold = folded(bus.trace())
    assert len(fold.begins) == 9
    first, last = (fold.place(time) for time in (0, 9_005_000_000))
    assert 95_000_000 <= last - first <= 105_000_000
    begin, end, length = fold.gap(3)
    assert (end - begin, length) == (fold.width_ns, 995_000_000)
    assert [*fold.between(first, last)] == [*range(9)]
    assert [*fold.between(begin + 1, end - 1)] == [3]


def test_nothing_is_folded_where_nothing_is_idle() -> None:
    bus = Played()
    bus.call(bus.emit(0), 0, 1_000_000)
    assert len(folded(bus.trace()).begins) == 0
    assert len(folded(Trace()).begins) == 0


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
