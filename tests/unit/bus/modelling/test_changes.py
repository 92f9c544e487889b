"""What may be different in a scenario."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.modelling import changes
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
    return changes.changed(Document(TEXT), [changes.read(each) for each in asked], list(without)).values


def test_twice_the_load_halves_the_times_between_arrivals() -> None:
    script = after("arrivals=2x")["script"]
    assert script[0]["every"] == "exponential 10ms"
    assert script[1]["do"] == [{"wait": "50ms"}, {"emit": "b", "at": "1500ms"}]


def test_twice_the_load_doubles_rates_and_halves_how_long_they_last() -> None:
    values = {"script": [{"emit": "a", "rate": "poisson 10/s..200.5/s", "for": "10s", "burst": 3}]}
    changes.WHOLE["arrivals"](values, changes.read("arrivals=2x"))
    assert values["script"] == [{"emit": "a", "rate": "poisson 20/s..401/s", "for": "5s", "burst": 3}]


def test_a_handler_is_slower_or_takes_another_time() -> None:
    slower = after("handler.pack.duration=2x")["handlers"]["pack"]["do"]
    assert slower[:2] == [{"wait": "20ms +- 4ms"}, {"once": [{"wait": "8ms"}]}]
    other = after("handler.pack.duration=exponential 7ms")["handlers"]["pack"]["do"]
    assert other[:2] == [{"wait": "exponential 7ms"}, {"once": [{"wait": "0ns"}]}]
    assert after("handler.ship.duration=5ms")["handlers"]["ship"]["do"][0] == {"wait": "5ms"}


def test_a_handler_fails_more_often_or_at_all() -> None:
    assert after("handler.pack.failures=3x")["handlers"]["pack"]["do"][2]["fail"]["probability"] == pytest.approx(0.3)
    assert after("handler.pack.failures=0.5")["handlers"]["pack"]["do"][2]["fail"] == {
        "probability": 0.5,
        "error": "Broken",
    }
    assert after("handler.ship.failures=1")["handlers"]["ship"]["do"][0] == {"fail": {"probability": 1.0}}


def test_more_workers_another_engine_and_another_order() -> None:
    assert after("handler.ship.workers=2x")["handlers"]["ship"]["parallel"] == 4
    assert after("handler.pack.workers=3")["handlers"]["pack"]["worker"] == "thread"
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
        ("arrivals", "is no change"),
        ("arrivals=fast", "expected a factor such as 2x"),
        ("arrivals=0x", "is no factor"),
        ("arrivals=1000000x", "is no factor"),
        ("engine=pye", "no engine pye"),
        ("handler.pak.duration=2x", "no handler pak"),
        ("handler.pack.colour=2x", "cannot be changed"),
        ("handler.pack.duration=soon", "a factor such as 2x, or a time"),
        ("handler.pack.failures=2", "a share from 0 to 1"),
        ("handler.pack.workers=0", "a number from 1 to 32"),
        ("handler.pack.workers=2x", "a number from 1 to 32"),
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
    asked = map(changes.read, ("arrivals=2x", "handler.h.duration=2x", "handler.h.workers=2x"))
    scenario = changes.changed(Document(text), list(asked), []).scenario
    assert scenario.script[0].rate == "poisson 100/s"
    assert scenario.handlers["h"].parallel == 4
    assert scenario.handlers["h"].do[0].wait == "40ms"
