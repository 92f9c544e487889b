"""Rates and levels over time, against counts by hand."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bus.analysis import over_time
from bus.analysis.over_time import OverTime
from bus.find.rows import parse
from tests.helpers.make_trace import make_trace

MOMENTS = st.integers(0, 100)


def by_title(found: OverTime, title: str) -> list[float]:
    (series,) = (each for each in found.series if each.title == title)
    return [float(value) for value in series.values]


@given(st.lists(st.tuples(MOMENTS, st.one_of(st.none(), MOMENTS)), max_size=30), st.integers(1, 12))
def test_the_highest_number_open_at_once_is_that_of_a_slow_count(
    spans: list[tuple[int, int | None]], steps: int
) -> None:
    spans = [(begin, end if end is None else max(begin, end)) for begin, end in spans]
    begins = np.array([begin for begin, _ in spans], np.int64)
    ends = np.array([end for _, end in spans if end is not None], np.int64)
    found = over_time.highest(begins, ends, 0, 100, steps)

    def open_at(moment: int) -> int:
        return sum(begin <= moment and (end is None or moment < end) for begin, end in spans)

    edges = [*(step * 100 / steps for step in range(steps)), 101]
    expected = [
        max(
            # What was open just before the step counts as well: it was still open when the step began.
            sum(begin < low and (end is None or end >= low) for begin, end in spans),
            *(open_at(moment) for moment in range(101) if low <= moment < high),
            0,
        )
        for low, high in itertools.pairwise(edges)
    ]
    assert found.tolist() == expected


def test_a_whole_trace_is_counted_in_events_and_calls_a_second() -> None:
    trace = make_trace(50, failures=0.3)
    found = over_time.of_trace(trace, parse(""), None, 40)
    seconds = found.step_ns / 1e9
    assert round(sum(by_title(found, over_time.EVENTS)) * seconds) == len(trace.dispatches)
    assert round(sum(by_title(found, over_time.CALLS)) * seconds) == len(trace.calls)
    assert round(sum(by_title(found, over_time.FAILURES)) * seconds) == int(trace.dispatches.failed.sum())
    assert max(by_title(found, over_time.RUNNING)) >= 2


def test_a_filter_leaves_only_its_rows() -> None:
    trace = make_trace(50)
    found = over_time.of_trace(trace, parse("event:audit"), None, 10)
    assert sum(by_title(found, over_time.CALLS)) == 0
    assert sum(by_title(found, over_time.LOST)) == sum(by_title(found, over_time.EVENTS)) > 0


def test_what_never_ends_stays_open_to_the_last_step() -> None:
    trace = make_trace(5, running=3)
    found = over_time.of_trace(trace, parse(""), None, 10)
    assert by_title(found, over_time.RUNNING)[-1] == 3


def test_an_empty_trace_has_flat_lines() -> None:
    from bus.trace import Trace

    found = over_time.of_trace(Trace(), parse(""), None, 10)
    assert all(not each.values.any() for each in found.series)
