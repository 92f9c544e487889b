"""What may be different in a scenario."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.modelling import changes
from bus.modelling.scenario_change import read, read_all
from bus.scenario import Document

TEXT = """
buslens: 1
engine: pyee-asyncio
events: {a: {}, b: {}}
handlers:
  pack:
    on: a
    do:
      - wait: 10ms +- 2ms
      - once: [{wait: 4ms}]
      - fail: {probability: 0.1, error: Broken}
      - emit: b
  ship: {on: b, worker: thread, parallel: 2, do: [{emit: a, if: "false"}]}
script:
  - {emit: a, times: 10, every: exponential 20ms}
  - repeat: 2
    do: [{wait: 100ms}, {emit: b, at: 3s}]
expect:
  - {handler: pack, failed: 0}
"""


def after(*asked: str, without: tuple[str, ...] = ()) -> Any:
    return changes.changed(Document(TEXT), [read(each) for each in asked], list(without)).values


def test_twice_the_load_halves_the_times_between_arrivals() -> None:
    script = after("arrivals=2x")["script"]
    assert script[0]["every"] == "exponential 10ms"
    assert script[1]["do"] == [{"wait": "50ms"}, {"emit": "b", "at": "1500ms"}]


def test_twice_the_load_doubles_rates_and_halves_how_long_they_last() -> None:
    values = {"script": [{"emit": "a", "rate": "poisson 10/s..200.5/s", "for": "10s", "burst": 3}]}
    changes.WHOLE["arrivals"](values, read("arrivals=2x"))
    assert values["script"] == [{"emit": "a", "rate": "poisson 20/s..401/s", "for": "5s", "burst": 3}]


def test_another_engine_and_another_order() -> None:
    assert after("engine=pyee")["engine"] == "pyee"
    assert list(after("order=reversed")["handlers"]) == ["ship", "pack"]
    assert list(after("order=ship")["handlers"]) == ["ship", "pack"]


def test_a_handler_is_absent_and_so_is_what_is_expected_of_it() -> None:
    values = after(without=("pack",))
    assert list(values["handlers"]) == ["ship"]
    assert not values["expect"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("arrivals=fast", "expected a factor such as 2x"),
        ("engine=pye", "no engine pye"),
        ("handler.pak.duration=2x", "no handler pak"),
        ("handler.pack.colour=2x", "cannot be changed"),
        ("service.payments.workers=2", "no service payments"),
        ("event.c.ttl=2s", "no event c"),
        ("order=nobody", "no handler nobody"),
    ],
)
def test_what_cannot_be_changed_is_one_sentence(asked: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        after(asked)


def test_what_the_parameters_of_a_scenario_say_is_changed_as_well() -> None:
    text = (
        "buslens: 1\nparameters: {rate: 50/s, took: 20ms, workers: 2}\nevents: {a: {}}\n"
        "handlers: {h: {on: a, worker: thread, parallel: <workers>, do: [{wait: <took>}]}}\n"
        "script: [{emit: a, rate: poisson <rate>, for: 1s}]"
    )
    asked = map(read, ("arrivals=2x", "handler.h.duration=2x", "handler.h.workers=2x"))
    scenario = changes.changed(Document(text), list(asked), []).scenario
    assert scenario.script[0].rate == "poisson 100/s"
    assert scenario.handlers["h"].parallel == 4
    assert scenario.handlers["h"].do[0].wait == "40ms"


PARAMETERS = (
    "buslens: 1\nparameters: {rate: 50/s, took: 20ms, workers: 2, share: 0.5, arrivals: 3, hard: true}\n"
    "events: {a: {}}\n"
    "handlers: {h: {on: a, worker: thread, parallel: <workers>, do: [{wait: <took>}]}}\n"
    "script: [{emit: a, rate: poisson <rate>, for: 1s, times: <arrivals>}]"
)


def with_parameters(*asked: str) -> dict[str, Any]:
    return changes.changed(Document(PARAMETERS), read_all(asked), []).scenario.parameters


def test_a_parameter_takes_another_value_or_a_factor() -> None:
    assert with_parameters("rate=200/s")["rate"] == "200/s"
    assert with_parameters("rate=2x")["rate"] == "100/s"
    assert with_parameters("took=0.5x")["took"] == "10ms"
    assert with_parameters("workers=2x", "share=0.5x") == {
        "rate": "50/s", "took": "20ms", "workers": 4, "share": 0.25, "arrivals": 3, "hard": True,
    }  # fmt: skip
    scenario = changes.changed(Document(PARAMETERS), [read("rate=200/s"), read("arrivals=2x")], []).scenario
    assert scenario.script[0].rate == "poisson 400/s"


def test_a_parameter_that_is_called_like_a_change_has_a_longer_name() -> None:
    assert with_parameters("parameter.arrivals=7")["arrivals"] == 7
    assert with_parameters("arrivals=2x")["arrivals"] == 3
    assert "parameter.arrivals" in changes.keys_of(Document(PARAMETERS).scenario)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("workers=many",), "expected a number such as 2"),
        (("hard=2x",), "no factor changes"),
        (("rate=1/s", "parameter.rate=2/s"), "rate is changed twice"),
        (("arrivals=2x", "arrivals=3x"), "arrivals is changed twice"),
        (("parameter.none=3",), "cannot be changed"),
    ],
)
def test_what_a_parameter_cannot_be_is_one_sentence(asked: tuple[str, ...], told: str) -> None:
    with pytest.raises(UserError, match=told):
        with_parameters(*asked)


def test_a_change_that_cannot_run_says_what_it_is_about_and_no_line_of_a_file_that_nobody_has() -> None:
    with pytest.raises(UserError) as found:
        with_parameters("rate=fast")
    assert str(found.value).startswith("untitled with rate=fast: script.0: expected a rate such as")


def test_what_is_offered_can_be_changed_and_nothing_else_is_offered() -> None:
    scenario = Document(
        "buslens: 1\nevents: {a: {ttl: 2s}}\nservices: {pay: {queue: {limit: 3}}}\n"
        "handlers: {h: {on: a, service: pay, do: [{wait: 1ms}]}}\nscript: [{emit: a}]"
    )
    offered = list(changes.keys_of(scenario.scenario))
    assert {"service.pay.workers", "service.pay.queue.limit", "event.a.ttl", "handler.h.duration"} < set(offered)
    assert "handler.h.workers" not in offered, "it has those of its service"
    values = {"engine": "pyee", "order": "reversed", "service.pay.queue.overflow": "reject", "handler.h.failures": "0"}
    for key in offered:
        changes.changed(scenario, [read(f"{key}={values.get(key, '1x')}")], [])
