"""What a step asks for in a worker's process goes to the run, but for what is known there."""

from __future__ import annotations

import pytest

from bus.behaviour.plain import PayloadTooLarge
from bus.scenario import loads
from bus.worker_process.context import WorkerContext
from tests.unit.bus.worker_process.link import Heard

SCENARIO = loads("buslens: 1\nevents: {a: {sample: {n: 1}}, b: {}}\n").scenario


def test_counters_are_those_of_the_run_when_the_call_began_and_what_it_counts_itself() -> None:
    run = Heard()
    context = WorkerContext(SCENARIO, run)
    of_the_run = {"n": 4}
    context.begin(of_the_run, trusted=True)
    context.count("n")
    context.count("new")
    assert (context.counters, of_the_run, context.trusted) == ({"n": 5, "new": 1}, {"n": 4}, True)
    assert run.said == [("count", "n"), ("count", "new")]


def test_what_is_emitted_is_plain_and_of_a_bounded_size() -> None:
    run = Heard()
    context = WorkerContext(SCENARIO, run)
    context.emit("b", (1, {2: None}))
    with pytest.raises(PayloadTooLarge):
        context.emit("b", "x" * 1_000_000)
    assert run.said == [("emit", "b", [1, {"2": None}])]


async def test_time_passes_on_the_run_s_clock_in_both_ways() -> None:
    run = Heard()
    context = WorkerContext(SCENARIO, run)
    context.block(5, "a", "h")
    with context.held():
        await context.wait(7, "a", "h")
    assert run.said == [("wait", 5), ("wait", 7)]


def test_samples_are_the_scenario_s() -> None:
    context = WorkerContext(SCENARIO, Heard())
    assert [context.sample(event) for event in ("a", "b", "unknown")] == [{"n": 1}, None, None]


def test_a_type_of_failure_is_one_class() -> None:
    context = WorkerContext(SCENARIO, Heard())
    assert context.error_class("Broken") is context.error_class("Broken")
    assert context.error_class("Broken").__module__ == "__main__"
