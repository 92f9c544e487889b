"""What a compressed axis folds: stretches in which nothing was emitted and no call ran, and no others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings

from bus.picture.idle import folded, gaps
from bus.trace import Trace
from tests.unit.bus.picture.played import Played, played, stories


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
