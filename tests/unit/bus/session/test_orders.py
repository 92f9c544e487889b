"""What a person asks for is refused before anything begins, in one sentence that says what would have done."""

from __future__ import annotations

import math

import pytest

from bus.contract.boundaries import Boundary
from bus.errors import UserError
from bus.scenario import Document
from bus.scenario.steps import MOST_TIMES
from bus.session.orders import check_emit, check_payload, check_speed, order_of

TEXT = "buslens: 1\nengine: pyee\nseed: 7\nevents: {a: {schema: {type: object}}}\n"


@pytest.mark.parametrize(
    ("event", "times", "rate", "says"),
    [
        ("a b", 1, None, "not a valid event name"),
        ("", 1, None, "not a valid event name"),
        ("a", 0, None, "1 to 10000000 times, not 0"),
        ("a", MOST_TIMES + 1, None, "not 10000001"),
        ("a", 1, 0.0, "0.0 a second is not a valid rate"),
        ("a", 1, -1.0, "not a valid rate"),
        ("a", 1, math.inf, "not a valid rate"),
        ("a", 1, math.nan, "not a valid rate"),
    ],
)
def test_an_emit_by_hand_that_cannot_be(event: str, times: int, rate: float | None, says: str) -> None:
    with pytest.raises(UserError, match=says):
        check_emit(event, times, rate)


def test_an_emit_by_hand_that_can_be() -> None:
    check_emit("order.placed", MOST_TIMES, 0.001)
    check_emit("a", 1, None)


@pytest.mark.parametrize("speed", [0.0, -1.0, -math.inf, math.nan])
def test_a_speed_that_no_clock_has(speed: float) -> None:
    with pytest.raises(UserError, match=r"not a valid speed.*infinity for max"):
        check_speed(speed)
    with pytest.raises(UserError, match="not a valid speed"):
        order_of(Document(TEXT), speed)


def test_a_payload_that_breaks_its_schema_is_refused_unless_that_is_meant() -> None:
    scenario = Document(TEXT).scenario
    with pytest.raises(UserError, match=r"a was not emitted: .*3 is not of type 'object'"):
        check_payload(scenario, "a", 3, against_schema=False)
    check_payload(scenario, "a", 3, against_schema=True)
    check_payload(scenario, "a", {}, against_schema=False)


def test_what_is_not_said_is_as_the_scenario_says() -> None:
    order = order_of(Document(TEXT), 2.0)
    assert (order.engine, order.seed, order.speed, order.paused, order.with_script) == ("pyee", 7, 2.0, False, True)


def test_what_is_said_wins_over_the_scenario() -> None:
    order = order_of(Document(TEXT), math.inf, "sqlite", 0, paused=True, with_script=False, crash=Boundary.HANDLED)
    assert (order.engine, order.seed, order.paused, order.with_script) == ("sqlite", 0, True, False)
    assert order.crash is Boundary.HANDLED


def test_an_engine_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"there is no engine pyee-asnycio.*did you mean pyee-asyncio"):
        order_of(Document(TEXT), 1.0, "pyee-asnycio")
