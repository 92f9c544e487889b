"""Counts and quantiles per event and handler."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bus.analysis import numbers
from bus.analysis.statistics import MOST_TABLED, Statistic, _Groups, by_event, by_handler, quantiles_of
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome


@pytest.fixture
def trace() -> Trace:
    """100 events whose one call waits n and lasts 10 n nanoseconds; every tenth fails; one event nobody hears."""
    now = [0]
    recorder = Recorder(clock_ns=lambda: now[0])
    lane, tick, handler = recorder.lane("main"), recorder.event("tick"), recorder.handler("tock")
    for number in range(1, 101):
        now[0] = start = number * 10_000
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, tick, lane, 1, None, False)
        now[0] = start + number
        recorder.call_started(call, dispatch, handler, lane)
        now[0] = start + 11 * number
        recorder.call_ended(call, Outcome.OK if number % 10 else Outcome.FAILED)
    recorder.dispatch(recorder.next_id(), 0, recorder.event("nobody"), lane, 0, None, False)
    read = Trace()
    read.feed(recorder.take())
    return read


def counted(rows: list[Statistic]) -> list[tuple[str, int, int, int]]:
    return [(row.name, row.count, row.failed, row.lost) for row in rows]


def test_events_are_counted(trace: Trace) -> None:
    assert counted(by_event(trace)) == [("tick", 100, 10, 10), ("nobody", 1, 0, 1)]


def test_handlers_are_counted_and_timed(trace: Trace) -> None:
    (row,) = by_handler(trace)
    assert (row.name, row.count, row.failed, row.lost) == ("tock", 100, 10, 0)
    assert (row.queue_delay.p50, row.queue_delay.p95, row.queue_delay.p99, row.queue_delay.max) == (50, 95, 99, 100)
    assert (row.duration.p50, row.duration.p95, row.duration.p99, row.duration.max) == (500, 950, 990, 1000)


def test_calls_whose_body_never_ran_are_counted_apart_from_failures() -> None:
    recorder = Recorder()
    lane, handler = recorder.lane("main"), recorder.handler("later")
    for name, outcomes in (("a", [Outcome.NEVER_RAN, Outcome.OK]), ("b", [Outcome.NEVER_RAN]), ("c", [Outcome.FAILED])):
        dispatch = recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event(name), lane, len(outcomes), None, False)
        for outcome in outcomes:
            call = recorder.next_id()
            recorder.call_started(call, dispatch, handler, lane)
            recorder.call_ended(call, outcome)
    trace = Trace()
    trace.feed(recorder.take())
    told = [(row.name, row.count, row.failed, row.never_ran) for row in by_event(trace)]
    assert told == [("a", 1, 0, 1), ("b", 1, 0, 1), ("c", 1, 1, 0)]
    (row,) = by_handler(trace)
    assert (row.count, row.failed, row.never_ran) == (4, 1, 2)
    assert row.never_ran == numbers.of_trace(trace)["never_ran"]


def test_only_what_lies_in_the_span_counts(trace: Trace) -> None:
    assert counted(by_event(trace, (10_000, 50_000))) == [("tick", 5, 0, 0)]
    assert counted(by_handler(trace, (10_000, 50_000))) == [("tock", 4, 0, 0)]


def test_an_empty_trace_has_no_rows() -> None:
    assert by_event(Trace()) == by_handler(Trace()) == []


@pytest.mark.parametrize("least", [0, MOST_TABLED])
def test_numbers_are_the_same_whether_names_are_looked_up_in_a_table_or_searched_for(least: int) -> None:
    column = np.array([5, 2, 9, 2, 5, 2], np.uint64) + np.uint64(least)
    groups = _Groups(column)
    assert (groups.keys - least).tolist() == [2, 5, 9]
    assert groups.counts.tolist() == [3, 2, 1]
    values = np.array([10, 1, 7, 3, 30, 2])
    assert [each.max for each in groups.quantiles(values, np.ones(6, bool))] == [3, 30, 7]
    some = groups.quantiles(values, values < 7)
    assert some[0].max == 3
    assert all(math.isnan(each.max) for each in some[1:])
    among = _Groups(column, np.array([1, 2, 5, 7, 9]) + least)
    assert among.counts.tolist() == [0, 3, 2, 0, 1]


@pytest.mark.parametrize("most", [100, 1 << 40, 1 << 62])
def test_quantiles_are_the_same_however_large_times_and_numbers_of_groups_are(most: int) -> None:
    random = np.random.default_rng(7)
    column = random.integers(1, 400, 2_000)
    values = random.integers(-most, most, 2_000)
    values[:3] = -most, most - 1, 0
    groups = _Groups(column)
    for which in (np.ones(2_000, bool), values > 0):
        expected = [quantiles_of(values[which & (column == key)]) for key in groups.keys]
        assert list(map(str, groups.quantiles(values, which))) == list(map(str, expected))
