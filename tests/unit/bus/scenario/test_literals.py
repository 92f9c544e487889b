"""Payloads that mean themselves."""

from __future__ import annotations

from typing import Any

import pytest

from bus.scenario import expressions
from bus.scenario.literals import literal, values_in


@pytest.mark.parametrize("value", ["plain", "$event.payload", "$$", "a ${count} b", {"a": ["${x}", 1, None, True]}])
def test_a_payload_comes_back_as_it_was(value: Any) -> None:
    assert expressions.compile_value(literal(value))({}) == value


def test_what_a_scenario_cannot_hold_is_refused() -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    for value in (deep, 2**70, "a${" + "x" * 5000):
        with pytest.raises(ValueError, match="it "):
            literal(value)


def test_values_are_counted_with_their_keys() -> None:
    assert values_in({"a": [1, 2], "b": None}) == 7


def test_a_name_that_yaml_cannot_read_back_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than a key of YAML may be"):
        literal({"n" * 1_100: 1})
