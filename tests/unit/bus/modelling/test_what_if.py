"""A scenario beside a change of it."""

from __future__ import annotations

import math

import pytest

from bus.errors import UserError
from bus.modelling import what_if
from bus.modelling.run_figures import Figure
from bus.modelling.scenario_change import read
from bus.scenario import Document

P99 = Figure("flow", "latency p99", "ns")
MEAN = Figure("flow", "latency mean", "ns")
QUEUE = """
buslens: 1
engine: pyee-asyncio
events: {job: {}, done: {}}
handlers:
  serve: {on: job, worker: thread, parallel: 1, do: [{wait: exponential 10ms}, {emit: done}]}
  quiet: {on: done}
script: [{emit: job, times: 400, every: exponential 20ms}]
"""


def asked(*texts: str, without: tuple[str, ...] = (), seeds: int = 4) -> what_if.WhatIf:
    found = [read(each) for each in texts]
    return what_if.what_if(Document(QUEUE), found, list(without), seeds, lambda _: False, lambda _: None)


def figure(found: what_if.WhatIf, which: Figure) -> what_if.FigureChange:
    return next(each for each in found.figures if each.figure == which)


def test_a_slower_handler_makes_everything_later() -> None:
    found = asked("handler.serve.duration=1.5x")
    p99 = figure(found, P99)
    assert p99.differs
    assert p99.difference.low > 0
    assert found.changes == ("handler.serve.duration=1.5x",)
    assert not figure(found, Figure("event job", "count", "count")).differs


def test_an_absent_handler_is_the_first_divergence() -> None:
    found = asked(without=("quiet",))
    assert "quiet" in found.first
    assert found.changes == ("without quiet",)


def test_runs_in_which_nothing_can_happen_any_more_are_told() -> None:
    text = """
buslens: 1
events: {a: {}}
services: {s: {workers: 1, queue: {limit: 0, overflow: block}}}
handlers: {h: {on: a, service: s, do: [{wait: 5ms}, {emit: a, if: count == 1}]}}
script: [{emit: a, times: 2}]
"""
    change = [read("service.s.workers=2")]
    found = what_if.what_if(Document(text), change, [], 2, lambda _: False, lambda _: None)
    assert found.still.startswith("2 of 2 runs of A and 0 of B stand still")
    assert figure(found, Figure("flow", "count", "count")).changed.mean == 2
    assert math.isnan(figure(found, P99).original.mean)


def test_nothing_changed_changes_nothing() -> None:
    assert asked("arrivals=1x").still == ""
    found = asked("arrivals=1x")
    assert found.first.startswith("A and B are the same")
    assert not any(each.differs for each in found.figures)


def test_a_sweep_of_the_load_follows_the_formula_of_m_m_1() -> None:
    swept = what_if.sweep_of("arrivals=0.5x..1.5x/3")
    assert swept.values == ("0.5x", "1x", "1.5x")
    points = list(what_if.sweep(Document(QUEUE), swept, [], [], 12, lambda _: False, lambda _: None))
    for point in points:
        formula = 1e9 / (100 - 50 * point.number)
        found = point.figures[MEAN]
        assert abs(found.mean - formula) < 1.5 * found.half
    means = [point.figures[P99].mean for point in points]
    assert means == sorted(means)


def mean_and_half(text: str, load: str) -> list[tuple[float, float, float]]:
    """Factor of the load, and the mean latency of the flow with half of its interval, in milliseconds."""
    points = what_if.sweep(Document(text), what_if.sweep_of(load), [], [], 12, lambda _: False, lambda _: None)
    return [(each.number, each.figures[MEAN].mean / 1e6, each.figures[MEAN].half / 1e6) for each in points]


def test_a_sweep_of_the_load_follows_the_formula_of_m_d_1() -> None:
    text = QUEUE.replace("exponential 10ms", "10ms")
    for factor, mean, half in mean_and_half(text, "arrivals=0.8x..1.6x/2"):
        load = 0.5 * factor
        assert abs(mean - 10 * (1 + load / (2 * (1 - load)))) < 1.5 * half  # Pollaczek and Khinchine


def test_a_sweep_of_the_load_follows_the_formula_of_two_queues_in_a_row() -> None:
    text = QUEUE.replace(
        "quiet: {on: done}", "pack: {on: done, worker: thread, parallel: 1, do: [{wait: exponential 8ms}]}"
    )
    for factor, mean, half in mean_and_half(text, "arrivals=0.8x..1.4x/2"):
        formula = sum(1e3 / (rate - 50 * factor) for rate in (100, 125))  # Jackson: each as if it was alone
        assert abs(mean - formula) < 1.5 * half


@pytest.mark.parametrize(
    "text",
    [
        "arrivals",
        "arrivals=1x",
        "arrivals=2x..1x/3",
        "arrivals=1x..2x/1",
        "arrivals=1x..2x/1000",
        "=1..2/3",
        "a=x..y/z",
        "rate=50/s..200/min/4",
        "a=1..2/99999999999999999999",
    ],
)
def test_what_is_no_sweep_is_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match="is no sweep"):
        what_if.sweep_of(text)


def test_a_sweep_goes_over_values_with_a_unit() -> None:
    assert what_if.sweep_of("rate=50/s..200/s/4").values == ("50/s", "100/s", "150/s", "200/s")
    assert what_if.sweep_of("handler.h.duration=10..25ms/4").values == ("10ms", "15ms", "20ms", "25ms")
    assert what_if.sweep_of("service.s.workers=1..20001/3").values == ("1", "10001", "20001")
    assert what_if.sweep_of("service.s.queue.limit=0..1/4").values == ("0", "0.3333", "0.6667", "1")
    assert what_if.is_sweep("0.5x..3x/6")
    assert not any(map(what_if.is_sweep, ("200/s", "10/s..200/s", "10ms..20ms", "2x")))


def test_a_sweep_that_cannot_reach_its_end_does_not_begin() -> None:
    points = what_if.sweep(
        Document(QUEUE), what_if.sweep_of("handler.serve.workers=1..4/3"), [], [], 1, lambda _: False, lambda _: None
    )
    with pytest.raises(UserError, match=r"workers=2.5: expected a whole number"):
        next(points)
    swept = what_if.sweep(
        Document(QUEUE),
        what_if.sweep_of("arrivals=1x..2x/2"),
        [read("arrivals=3x")],
        [],
        1,
        lambda _: False,
        lambda _: None,
    )
    with pytest.raises(UserError, match="arrivals is changed twice"):
        next(swept)


def test_more_workers_of_a_service_make_waiting_shorter() -> None:
    text = QUEUE.replace("worker: thread, parallel: 1", "service: hands").replace(
        "handlers:", "services: {hands: {}}\nhandlers:", 1
    )
    found = what_if.what_if(Document(text), [read("service.hands.workers=2")], [], 4, lambda _: False, lambda _: None)
    assert figure(found, Figure("handler serve", "waiting p95", "ns")).difference.high < 0
    assert figure(found, P99).difference.high < 0
