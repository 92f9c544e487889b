"""A run in the kernel makes the records of the real bus, to the byte, and asks for the same choices."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bus.errors import UserError, UserErrors
from bus.exploration.judging import RunJudge
from bus.exploration.program import TOO_MUCH, Program
from bus.exploration.strategies import STRATEGIES
from bus.kernel.refusals import why_not
from bus.run.choosing import check
from bus.runtime.choices import Choices
from bus.scenario import SAMPLES, Document, load, loads
from tests.helpers.exploring import sample
from tests.helpers.two_levels import difference, recorded, scenarios

TAKEN = [each for each in SAMPLES if why_not(load(each.path).scenario, load(each.path).scenario.engine) == ""]


def choices(strategy: str, seed: str) -> Choices:
    return Choices(strategy=STRATEGIES[strategy](seed, 3, 20))


def is_explored(document: Document) -> bool:
    """Whether explore takes it."""
    try:
        check(document.scenario, document.scenario.engine)
    except UserError:
        return False
    return why_not(document.scenario, document.scenario.engine) == ""


def test_most_samples_run_in_the_kernel() -> None:
    left = {each.id for each in SAMPLES} - {each.id for each in TAKEN}
    # Threads beside a blocked loop, and brokers.
    assert left == {"offloading", "dying-consumer", "service-in-trouble", "broker-in-trouble", "request-reply"}


@pytest.mark.parametrize("name", [each.id for each in TAKEN])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_samples_are_the_same_on_both_levels(name: str, strategy: str) -> None:
    document = load(next(each.path for each in SAMPLES if each.id == name))
    for seed in "0", "1":
        assert difference(document, partial(choices, strategy, seed)) == ""
    assert difference(document, Choices) == ""


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data())
def test_random_scenarios_are_the_same_on_both_levels(data: st.DataObject) -> None:
    try:
        document = data.draw(scenarios())
    except (UserError, UserErrors):
        assume(False)
    assume(is_explored(document))
    assert difference(document, Choices) == "", document.text
    strategy = data.draw(st.sampled_from(sorted(STRATEGIES)))
    assert difference(document, partial(choices, strategy, "7")) == "", document.text
    assert difference(document, partial(choices, strategy, "7"), hostile=True) == "", document.text


def test_a_run_that_records_without_an_end_is_left_to_the_real_bus() -> None:
    text = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 1ms}, {emit: a}]}}\nscript: [{emit: a}]"
    result = Program(loads(text), most_bytes=100_000).run(Choices())
    assert (result.failure, result.in_kernel) == (TOO_MUCH, False)


def test_what_waits_for_ever_is_open_in_both() -> None:
    real, ours = recorded(
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]"
    )
    assert real.calls.ended_ns.tolist() == ours.calls.ended_ns.tolist()


def test_what_the_kernel_finds_is_replayed_on_the_real_bus() -> None:
    program = Program(sample("lost-update"))
    judge = RunJudge(program)
    asked = choices("random", "1")
    found = judge.judge(program.run(asked))
    assert found.broken
    replay = program.run_real(Choices(asked.made))
    assert not replay.in_kernel
    assert judge.judge(replay) == found


def test_a_swarm_without_faults_draws_nothing_on_either_level() -> None:
    document = loads(
        "buslens: 1\nswarm: true\nevents: {a: {}}\n"
        "handlers: {h: {on: a, do: [{wait: 1ms..2ms}]}}\nscript: [{emit: a, times: 3}]\n"
    )
    assert difference(document, partial(choices, "random", "1")) == ""
