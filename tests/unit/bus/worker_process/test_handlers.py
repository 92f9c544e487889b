"""A handler's steps away from the bus: what they ask for goes to the run through a link."""

from __future__ import annotations

from typing import Any

import pytest

from bus.contract.protocol import ConsumerDied
from bus.errors import UserErrors
from bus.scenario.texts import ScenarioTexts
from bus.worker_process.handlers import ScenarioHandlers
from tests.unit.bus.worker_process.link import Heard

TEXT = """buslens: 1
events: {a: {}, b: {}}
handlers:
  h:
    on: a
    worker: process
    do:
      - once: [{log: first}]
      - log: "${count}: ${event.payload} ${has(counters.n) ? counters.n : 0}"
      - count: n
      - wait: 10ms..20ms
      - emit: b
        with: {n: $event.payload}
      - crash: {if: event.payload == 13}
      - fail: {error: TooHot, message: oh, if: event.payload > 5}
"""


def request(payload: Any, count: int) -> dict[str, Any]:
    return {
        "handler": "h",
        "event": "a",
        "payload": payload,
        "count": count,
        "number": count,
        "counters": {"n": 4},
        "trusted": False,
    }


def test_every_step_goes_through_the_link() -> None:
    link = Heard()
    handlers = ScenarioHandlers(ScenarioTexts(TEXT), "/x/scenario.yaml", 7, link)
    assert handlers.call(request(1, 1)) is None
    assert [said[0] for said in link.said] == ["log", "log", "count", "wait", "emit"]
    assert link.said[1] == ("log", "1: 1 4")
    assert 10_000_000 <= link.said[3][1] <= 20_000_000
    assert link.said[4] == ("emit", "b", {"n": 1})


def test_the_same_call_is_the_same_on_every_worker() -> None:
    first, second = Heard(), Heard()
    one, other = (
        ScenarioHandlers(ScenarioTexts(TEXT), "f", 7, first),
        ScenarioHandlers(ScenarioTexts(TEXT), "f", 7, second),
    )
    one.call(request(1, 2))
    one.call(request(1, 3))
    other.call(request(1, 3))
    assert first.said[-4:] == second.said
    assert ("log", "first") not in first.said


def test_a_failure_points_into_the_file() -> None:
    handlers = ScenarioHandlers(ScenarioTexts(TEXT), "/x/scenario.yaml", 7, Heard())
    failed = handlers.call(request(6, 1))
    assert failed is not None
    assert handlers.told(failed) == ("TooHot", "oh", [(15, "h")])


def test_a_crash_is_left_to_whoever_can_die() -> None:
    with pytest.raises(ConsumerDied):
        ScenarioHandlers(ScenarioTexts(TEXT), "f", 7, Heard()).call(request(13, 1))


def test_what_is_no_scenario_is_refused() -> None:
    with pytest.raises(UserErrors):
        ScenarioHandlers(ScenarioTexts("buslens: 1\nhandlers: 5"), "f", 7, Heard())


def test_a_handler_may_fail_as_often_as_it_likes() -> None:
    always = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, worker: process, do: [{fail: {}}]}}\n"
    handlers = ScenarioHandlers(ScenarioTexts(always), "f", 7, Heard())
    # Far more than a reader would be asked to take at once: here is none, and nobody may wait for one.
    assert all(handlers.call(request(None, count)) is not None for count in range(1, 301))
