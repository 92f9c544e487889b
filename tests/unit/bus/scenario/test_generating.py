"""Payloads drawn from a JSON Schema: what the schema takes, in bounded time and memory whatever it says."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.scenario.generating import MOST_VALUES, CannotGenerate, Generator, why_not_generated
from bus.scenario.payload import Checker

SCHEMAS: list[Any] = [
    {"type": "integer", "minimum": 3, "maximum": 9, "multipleOf": 3},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01},
    {"type": "number", "maximum": -5, "multipleOf": 0.5},
    {"type": "string", "minLength": 3, "maxLength": 4},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 7},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2},
    {"type": ["null", "integer"]},
    {"enum": ["a", 1, None]},
    {"const": {"x": [1]}},
    {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    {"allOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}, {"$ref": "#/$defs/b"}], "type": "object",
     "$defs": {"b": {"required": ["b"], "properties": {"b": {"type": "string"}}}}},
    {"type": "object", "properties": {"next": {"$ref": "#"}, "n": {"type": "integer"}}, "required": ["n"]},
    {"required": ["id"], "properties": {"id": {"type": "integer"}}},
    *({"type": "string", "format": name} for name in (
        "date", "time", "date-time", "duration", "uuid", "email", "hostname", "uri", "ipv4", "ipv6", "json-pointer")),
]  # fmt: skip


@given(some.sampled_from(SCHEMAS), some.integers(0, 1000))
def test_a_drawn_payload_is_what_its_schema_takes_and_the_seeds(schema: Any, seed: int) -> None:
    made = Generator(schema).value(random.Random(seed))
    assert Checker(schema).problems(made) == []
    assert made == Generator(schema).value(random.Random(seed))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[0-9]{40}$"},
        {"type": "array", "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"type": "integer", "minimum": 5, "maximum": 1},
        {"type": "number", "minimum": 1e308, "multipleOf": 1e-10},
        {"not": {}},
        {"type": "object", "minProperties": 50},
        {"type": "array", "items": {"type": "array", "minItems": 900}, "minItems": 900},
    ],
)
def test_what_cannot_be_met_is_said_in_a_sentence(schema: Any) -> None:
    with pytest.raises(CannotGenerate, match="no payload was found that the schema takes"):
        Generator(schema).value(random.Random(1))


def test_a_schema_that_refers_to_itself_gives_payloads_that_end() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}
    for seed in range(50):
        made = Generator(tree).value(random.Random(seed))
        assert len(str(made)) < 20 * MOST_VALUES


def test_why_there_are_none() -> None:
    assert why_not_generated("a", {"type": "integer"}) == ""
    assert why_not_generated("a", None) == "a has no schema to draw payloads from"
    assert why_not_generated("a", {"not": {}}).startswith("a: no payload was found")
