"""Conditions and payloads that are computed."""

from __future__ import annotations

from typing import Any

import pytest

from bus.scenario.expressions import ExpressionError, compile_condition, compile_value, mistakes_in

SEEN: dict[str, Any] = {
    "event": {"name": "order.placed", "payload": {"id": 7, "total": 99.5, "items": [1, 2], "name": "Ada"}},
    "count": 3,
    "counters": {"uploads": 2},
}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ("$event.payload.id", 7),
        ("$event.payload.items", [1, 2]),
        ("${event.payload.name} bought ${event.payload.items} ${event.payload.total > 1.0}", "Ada bought [1, 2] true"),
        ("$$5", "$5"),
        ("5$", "5$"),
        ({"id": "$event.payload.id", "n": ["$count", 1, None, True]}, {"id": 7, "n": [3, 1, None, True]}),
        ("$counters.uploads + 1", 3),
        ("$[1, 2].map(x, x * 2)", [2, 4]),
    ],
)
def test_a_payload_is_filled_in(written: Any, value: Any) -> None:
    assert compile_value(written)(SEEN) == value


def test_a_condition_says_true_or_false() -> None:
    assert compile_condition("event.payload.total > 50.0 && count == 3")(SEEN)
    with pytest.raises(ExpressionError, match="expected true or false, found 7"):
        compile_condition("event.payload.id")(SEEN)


@pytest.mark.parametrize("missing", ["event.payload.nothing > 1", "counters.nothing > 1", "nothing > 1", "1 / 0 > 1"])
def test_what_is_missing_fails_the_call_with_the_expression_named(missing: str) -> None:
    with pytest.raises(ExpressionError, match=missing.replace("/", ".")):
        compile_condition(missing)(SEEN)


def test_a_variable_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(ExpressionError, match=r"there is no event here, there is count, counters$"):
        compile_value("$event.payload.id")({"count": 1, "counters": {}})


@pytest.mark.parametrize(
    "wrong", ["", " ", "event.", "a &&", "'open", "(" * 50, "x" * 5000, "1 +* 2", "a.b(", "true?1:" * 400 + "1"]
)
def test_a_wrong_expression_is_refused_in_one_line(wrong: str) -> None:
    with pytest.raises(ValueError, match="expression") as refused:
        compile_condition(wrong)
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 300


def test_lists_inside_lists_inside_lists_are_refused_since_nothing_could_stop_them() -> None:
    with pytest.raises(ValueError, match="walks through lists"):
        compile_condition("[1].map(a, [1].map(b, [1].map(c, c)))")


def test_every_mistake_of_a_payload_is_found_at_its_place() -> None:
    wrong = {"a": "$event.", "b": [1, {"c": "x ${a +} y"}], "d": "$event.payload"}
    assert [path for path, _problem in mistakes_in(wrong)] == [("a",), ("b", 1, "c")]
