"""Bounds on times, on what waits at once, and on rates."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.analysis import statistics
from bus.expectations.verdict import State
from bus.wording import duration
from buslens.records import Kind
from tests.unit.bus.expectations.conftest import Told, verdicts


def busy(told: Told) -> None:
    """Three events at once for one handler, which takes 10 ms for each: they wait 0, 10 and 20 ms."""
    dispatches = [told.emit(0, "placed", handlers=1) for _ in range(3)]
    for number, dispatch in enumerate(dispatches):
        told.call(dispatch, "charge", 10 * number, 10 * number + 10)


@pytest.mark.parametrize(
    ("rule", "state", "found"),
    [
        ({"bounded": "waiting", "longest": "20ms"}, State.MET, "20 ms"),
        ({"bounded": "waiting", "longest": "19ms"}, State.UNMET, "20 ms"),
        ({"bounded": "waiting", "handler": "charge", "p50": "10ms"}, State.MET, "10 ms"),
        ({"bounded": "waiting", "handler": "other", "p50": "1ms"}, State.UNKNOWN, "-; nothing was measured"),
        ({"bounded": "duration", "event": "other", "p99": "9ms"}, State.UNKNOWN, "-; nothing was measured"),
        ({"bounded": "latency", "event": "other", "longest": "9ms"}, State.UNKNOWN, "-; nothing was measured"),
        ({"bounded": "queue", "event": "other", "most": 2}, State.UNKNOWN, "-; nothing was measured"),
        ({"bounded": "rate", "event": "other", "most": "2/s"}, State.UNKNOWN, "-; nothing was measured"),
        ({"bounded": "rate", "event": "other", "least": "1/ms"}, State.UNMET, "0"),
        ({"bounded": "duration", "event": "placed", "p99": "9ms"}, State.UNMET, "10 ms"),
        ({"bounded": "latency", "event": "placed", "longest": "30ms"}, State.MET, "30 ms"),
        ({"bounded": "latency", "event": "placed", "longest": "29ms"}, State.UNMET, "30 ms"),
        ({"bounded": "queue", "most": 2}, State.MET, "2, at 0 ns"),
        ({"bounded": "queue", "most": 1}, State.UNMET, "2, at 0 ns"),
        ({"bounded": "rate", "event": "placed", "most": "3/s"}, State.MET, "3, from 0 ns on"),
        ({"bounded": "rate", "event": "placed", "most": "2/s"}, State.UNMET, "3, from 0 ns on"),
        ({"bounded": "rate", "event": "placed", "least": "1/s"}, State.UNKNOWN, None),
        ({"bounded": "rate", "event": "placed", "least": "1/ms"}, State.UNMET, "0"),
    ],
)
def test_a_bound(told: Told, rule: dict[str, Any], state: State, found: str | None) -> None:
    busy(told)
    (verdict,) = verdicts(rule, told.trace())
    assert verdict.state is state
    assert found is None or verdict.found.replace(".0 ms", " ms") == found


def test_several_bounds_are_several_verdicts(told: Told) -> None:
    busy(told)
    found = verdicts({"bounded": "waiting", "p50": "10ms", "longest": "10ms"}, told.trace())
    assert [each.met for each in found] == [True, False]


def test_what_has_not_ended_has_taken_as_long_as_the_trace_goes_on(told: Told) -> None:
    told.call(told.emit(0, "placed", handlers=1), "charge", 0, None)
    told.emit(50, "later")
    (broken,) = verdicts({"bounded": "duration", "longest": "40ms"}, told.trace())
    (unknown,) = verdicts({"bounded": "duration", "longest": "60ms"}, told.trace())
    assert (broken.state, broken.found) == (State.UNMET, "at least 50 ms")
    assert unknown.state is State.UNKNOWN


def test_quantiles_are_those_of_the_statistics(told: Told) -> None:
    busy(told)
    trace = told.trace()
    (row,) = [each for each in statistics.by_handler(trace) if each.name == "charge"]
    for word in ("p50", "p95", "p99"):
        (verdict,) = verdicts({"bounded": "waiting", word: "60min"}, trace)
        assert verdict.found == duration(getattr(row.queue_delay, word))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=12))
def test_what_waits_at_once_is_counted_as_one_would_by_hand(waits: list[tuple[int, int]]) -> None:
    told = Told()
    ids = [told.emit(at, "a", handlers=1) for at, _ in sorted(waits)]
    for dispatch, start in sorted(zip(ids, [at + wait for at, wait in sorted(waits)], strict=True), key=lambda e: e[1]):
        told.call(dispatch, "h", start, start)
    most = max((sum(at <= now < at + wait for at, wait in waits) for now in range(45)), default=0)
    (verdict,) = verdicts({"bounded": "queue", "most": most}, told.trace())
    assert verdict.met
    assert verdict.found.split(",")[0] == str(most)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=15))
def test_rates_are_counted_as_one_would_by_hand(times: list[int]) -> None:
    told = Told()
    for at in sorted(times):
        told.emit(at, "a")
    # A span of 10 ms has no unit of its own: milliseconds are those that are tried.
    most = max(sum(begin <= at < begin + 1 for at in times) for begin in times)
    (verdict,) = verdicts({"bounded": "rate", "event": "a", "most": f"{most}/ms"}, told.trace())
    assert verdict.met
    assert verdict.found.split(",")[0] == str(most)
    span = max(times) - min(times)
    if span:
        least = min(sum(begin <= at - min(times) < begin + 1 for at in times) for begin in range(span))
        (verdict,) = verdicts({"bounded": "rate", "event": "a", "least": f"{least}/ms"}, told.trace())
        assert (verdict.met, verdict.found) == (True, str(least))


@pytest.mark.parametrize("handler", ["concurrency: 1", "service: s", "worker: thread, parallel: 1"])
def test_what_waits_for_a_worker_or_a_turn_waits(handler: str, run: Any) -> None:
    services = "services: {s: {workers: 1}}\n" if "service" in handler else ""
    trace = run(
        f"events: {{a: {{}}}}\n{services}handlers: {{h: {{on: a, {handler}, do: [{{wait: 10ms}}]}}}}\n"
        "script: [{emit: a, times: 4}]"
    )
    for rule, found in (
        ({"bounded": "waiting", "handler": "h", "longest": "29ms"}, "30 ms"),
        ({"bounded": "queue", "handler": "h", "most": 2}, "3, at 0 ns"),
    ):
        (verdict,) = verdicts(rule, trace)
        assert (verdict.state, verdict.found) == (State.UNMET, found)


def test_what_waits_still_has_waited_as_long_as_the_trace_goes_on(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers: {h: {on: a, concurrency: 1, do: [{wait: forever}]}}\n"
        "script: [{emit: a, times: 2}, {wait: 50ms}, {mark: late}]"
    )
    (broken,) = verdicts({"bounded": "waiting", "longest": "40ms"}, trace)
    (unknown,) = verdicts({"bounded": "waiting", "longest": "60ms"}, trace)
    (queue,) = verdicts({"bounded": "queue", "handler": "h", "most": 0}, trace)
    assert (broken.state, broken.found) == (State.UNMET, "at least 50 ms")
    assert unknown.state is State.UNKNOWN
    assert queue.state is State.UNMET


def test_a_wait_of_which_the_end_was_not_recorded_is_not_known(told: Told) -> None:
    call = told.call(told.emit(0, "a", handlers=1), "h", 0, 10)
    told.recorder.delivery(Kind.WORK_SENT, 0, told.recorder.queue("workers"), call)
    (verdict,) = verdicts({"bounded": "waiting", "longest": "1s"}, told.trace())
    assert verdict.state is State.UNKNOWN
    assert "not recorded when a worker began it" in verdict.found
