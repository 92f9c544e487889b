"""What blocks say is what a slow count of the same calls says: live, late, at once, and after forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.picture.bars import bars
from bus.picture.blocks import COARSE
from bus.picture.grid import Grid
from bus.picture.pyramid import BLOCK, CALLS, Pyramid, calls_as_blocks, shift_of
from bus.picture.track import Track
from bus.picture.tracks import CallTracks
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome

SOON = 8
"""Blocks from the first calls on."""


class Clocked:
    """A recorder whose clock a test turns, in either direction."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=self._clock)
        self.trace = Trace()

    def _clock(self) -> int:
        return self.now_ns

    def start(self, at: int, handler: str) -> int:
        self.now_ns = at
        dispatch, call = self.recorder.next_id(), self.recorder.next_id()
        self.recorder.dispatch(dispatch, 0, self.recorder.event("e"), 0, 1, None)
        self.recorder.call_started(call, dispatch, self.recorder.handler(handler, "x.py", 1, "e"), 0)
        return call

    def end(self, call: int, at: int, outcome: Outcome) -> None:
        self.now_ns = at
        self.recorder.call_ended(call, outcome, None)

    def pump(self) -> Trace:
        self.trace.feed(self.recorder.take())
        return self.trace


steps = st.lists(
    st.tuples(
        st.integers(-40, 90),  # clocks of threads disagree: a call may come after one that started later
        st.sampled_from([0, 0, 1, 7, 60, 900]),
        st.sampled_from([Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED]),
        st.integers(0, 6),
        st.sampled_from("aab"),
    ),
    min_size=1,
    max_size=150,
)
"""Time since the last call, duration, outcome, after how many further calls its end comes, handler."""


def played(told: list[tuple[int, int, Outcome, int, str]]) -> Iterator[Trace]:
    """The trace after each few records; at the end some calls run still."""
    clocked, at = Clocked(), 1_000
    waiting: list[tuple[int, int, int, Outcome]] = []
    for number, (gap, lasted, outcome, later, handler) in enumerate(told):
        at = max(0, at + gap)
        waiting.append((number + later, clocked.start(at, handler), at + lasted, outcome))
        for due in [each for each in waiting if each[0] <= number and each[1] % 7]:
            clocked.end(*due[1:])
            waiting.remove(due)
        if number % 3 == 0:
            yield clocked.pump()
    yield clocked.pump()


def slow_count(track: Track, trace: Trace, first: int, behind: int) -> dict[str, int]:
    """What calls come to, one by one."""
    calls = trace.calls
    rows = [int(track.rows[position]) for position in range(first, behind)]
    lasted = [int(calls.ended_ns[row]) - int(track.starts[at]) for at, row in enumerate(rows, first)]
    lasted = [max(0, each) for each, row in zip(lasted, rows, strict=True) if calls.ended_ns[row] >= 0]
    outcomes = [int(calls.outcome[row]) for row in rows]
    return {
        "start": int(track.starts[first]),
        "end": max((int(calls.ended_ns[row]) for row in rows), default=-1),
        "busy": sum(lasted),
        "longest": max(lasted, default=0),
        "failed": outcomes.count(Outcome.FAILED) + outcomes.count(Outcome.TIMED_OUT),
        "cancelled": outcomes.count(Outcome.CANCELLED),
        "never": outcomes.count(Outcome.NEVER_RAN),
    }


def assert_blocks_are_right(tracks: CallTracks, trace: Trace) -> None:
    for track in (track for lane in tracks.lanes.values() for track in lane):
        assert len(track) - track.blocks.calls < SOON + (1 << CALLS)
        for level in range(len(track.blocks)):
            size = 1 << shift_of(level)
            blocks = track.blocks.level(level)
            assert len(blocks) == track.blocks.calls // size
            for number, block in enumerate(blocks):
                expected = slow_count(track, trace, number * size, (number + 1) * size)
                assert {name: int(block[name]) for name in BLOCK.names or ()} == expected


@settings(max_examples=60, deadline=None)
@given(steps)
def test_blocks_say_what_a_slow_count_says_at_every_moment(told: list[Any]) -> None:
    tracks = CallTracks(waiting=SOON)
    for trace in played(told):
        tracks.update(trace)
        assert_blocks_are_right(tracks, trace)


@settings(max_examples=40, deadline=None)
@given(steps, st.integers(1, 100))
def test_blocks_are_right_after_the_oldest_calls_are_forgotten(told: list[Any], most: int) -> None:
    *_, trace = played(told)
    newest, tracks = trace.newest(most), CallTracks(waiting=SOON)
    tracks.update(newest)
    assert_blocks_are_right(tracks, newest)


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 1 << 30), st.integers(0, 1 << 30))
def test_durations_of_any_stretch_of_a_track_are_right(told: list[Any], one: int, other: int) -> None:
    *_, trace = played(told)
    tracks = CallTracks(waiting=SOON)
    tracks.update(trace)
    for track in (track for lane in tracks.lanes.values() for track in lane):
        first, behind = sorted((one % (len(track) + 1), other % (len(track) + 1)))
        if first < behind:
            expected = slow_count(track, trace, first, behind)
            assert track.durations(first, behind, trace.calls) == (expected["busy"], expected["longest"])


@settings(max_examples=150, deadline=None)
@given(steps, st.integers(-100, 4_000), st.integers(1, 6_000), st.integers(1, 12))
def test_bars_leave_out_no_call_and_no_failure_whatever_the_zoom(
    told: list[Any], start: int, span: int, columns: int
) -> None:
    tracks = CallTracks(waiting=SOON)
    for each in played(told):
        trace = each
        tracks.update(trace)
    grid, now = Grid(start, span, columns), max(trace.span_ns[1], start) + 5
    every = [track for lane in tracks.lanes.values() for track in lane]
    drawn = bars(every, trace.calls, grid, now, crowded=1)
    beside = COARSE * span // columns + 1
    for line, track in enumerate(every):
        here = drawn.of(line)
        begun, ended = track.starts, trace.calls.ended_ns[track.rows]
        ended = np.where(ended < 0, now, ended)
        bad = np.isin(trace.calls.outcome[track.rows], [Outcome.FAILED, Outcome.TIMED_OUT])
        inside = (begun < start + span) & (ended >= start)
        # A block at the edge may count calls a little beside the view.
        near = (begun < start + span + beside) & (ended >= start - beside)
        for counted, mine, wide in ((drawn.count, inside, near), (drawn.failed, inside & bad, near & bad)):
            assert mine.sum() <= counted[here].sum() <= wide.sum()
        assert (trace.calls.ended_ns[track.rows][inside] < 0).any() <= drawn.running[here].any()
        left, right = drawn.left[here], drawn.right[here]
        assert (left >= 0).all()
        assert (right <= columns).all()
        assert (right > left).all()
        assert (left[1:] >= right[:-1]).all()
        for failure in np.flatnonzero(inside & bad & (begun >= start)):
            column = (int(begun[failure]) - start) * columns // span
            red = left[drawn.failed[here] > 0]
            assert (abs(red - column) <= COARSE + 1).any(), "a failure is drawn where it was"


def test_times_that_a_hostile_capture_claims_break_nothing() -> None:
    pyramid, most = Pyramid(), np.iinfo(np.int64)
    calls = calls_as_blocks(
        np.full(64, most.min), np.full(64, most.max), np.ones(64, np.bool_), *np.zeros((2, 64), bool)
    )
    pyramid.put(np.arange(8), calls)
    assert pyramid.over(0, 64)[0] > 0
    assert int(pyramid.level(1)["failed"].sum()) == 64


def test_blocks_need_a_few_bytes_for_a_call() -> None:
    pyramid = Pyramid()
    count = 1 << 17
    calls = calls_as_blocks(np.arange(count), np.arange(count), *np.zeros((3, count), np.bool_))
    pyramid.put(np.arange(count >> CALLS), calls)
    assert pyramid.nbytes < 20 * count
