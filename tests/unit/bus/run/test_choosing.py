"""Which runs can have their choices made, and how a scenario says them."""

from __future__ import annotations

import math

import pytest

from bus.errors import UserError
from bus.run.choosing import check, loop_of, replayed, said
from bus.run.order import Order
from bus.runtime.choices import DRAW, ORDER, READY, Place
from bus.runtime.choosing_loop import ChoosingLoop
from bus.runtime.clock import Clock
from bus.scenario import Scenario, loads

HEAD = "buslens: 1\nevents: {tick: {}}\n"


def scenario(text: str) -> Scenario:
    return loads(HEAD + text).scenario


def test_choices_are_read_as_they_were_written() -> None:
    made = {Place(ORDER, 3): 1, Place(f"{DRAW}pay", 0): 77, Place(READY, 2): 4}
    document = loads(HEAD)
    document.set_option("choices", said(made, hostile=True).model_dump())
    again = loads(document.text).scenario
    order = Order("pyee-asyncio", 0, math.inf)
    choices = replayed(again, order)
    assert choices is not None
    assert [choices.choose(ORDER, 9) for _ in range(4)] == [0, 0, 0, 1]
    loop = loop_of(Clock(math.inf), again, order, choices)
    assert isinstance(loop, ChoosingLoop)
    loop.close()


def test_a_scenario_without_choices_has_the_engine_s_own_loop() -> None:
    plain = scenario("")
    assert replayed(plain, Order("pyee-asyncio", 0, math.inf)) is None
    loop = loop_of(Clock(math.inf), plain, Order("pyee-asyncio", 0, math.inf), None)
    assert not isinstance(loop, ChoosingLoop)
    loop.close()


def test_a_replay_is_refused_where_time_is_real() -> None:
    with pytest.raises(UserError, match="virtual time"):
        replayed(scenario("choices: {taken: []}"), Order("pyee-asyncio", 0, 1.0))


def test_a_kind_of_choices_that_there_is_not_is_named() -> None:
    with pytest.raises(UserError, match="there are no choices of lottery"):
        replayed(scenario("choices: {taken: [{of: lottery, at: 0, take: 1}]}"), Order("pyee-asyncio", 0, math.inf))


@pytest.mark.parametrize(
    ("engine", "handler", "why"),
    [
        ("rabbitmq", "{on: tick}", "others decide what comes next"),
        ("pyee-threads", "{on: tick}", "others decide what comes next"),
        ("pyee-asyncio", "{on: tick, do: [{python: 'pass'}]}", "runs Python"),
        ("pyee", "{on: tick, do: [{wait: forever}]}", "blocks the loop for ever"),
        ("pyee", "{on: tick, worker: thread, do: [{wait: 1ms}]}", "workers beside a loop that is blocked"),
    ],
)
def test_what_is_decided_elsewhere_is_refused_with_the_reason(engine: str, handler: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        check(scenario(f"handlers: {{h: {handler}}}"), engine)


def test_a_broker_names_the_model_on_which_its_scenario_can_be_explored() -> None:
    with pytest.raises(UserError) as found:
        check(scenario("handlers: {h: {on: tick}}"), "rabbitmq")
    assert found.value.hint == "use --engine rabbitmq-model"


@pytest.mark.parametrize("engine", ["sqlite-model", "rabbitmq-model", "kafka-model"])
def test_models_of_brokers_are_fine(engine: str) -> None:
    check(scenario("handlers: {h: {on: tick, do: [{wait: 1ms}]}}"), engine)


def test_what_runs_on_one_loop_is_fine() -> None:
    check(scenario("handlers: {h: {on: tick, worker: thread, do: [{wait: 1ms}]}}"), "pyee-asyncio")
