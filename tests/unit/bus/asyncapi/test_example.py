"""Small payloads that a schema allows."""

from __future__ import annotations

from typing import Any

import pytest

from bus.asyncapi.example import examples_of
from bus.scenario.payload import Checker


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"}, {"type": "string", "minLength": 30}, {"type": "string", "format": "email"},
        {"type": "integer", "minimum": 5}, {"type": "integer", "exclusiveMinimum": 5, "multipleOf": 5},
        {"type": "number", "maximum": -3}, {"type": "number", "exclusiveMaximum": 0}, {"type": "boolean"},
        {"type": ["null", "string"]}, {"type": "null"}, {"enum": [3, 4]}, {"const": {"a": 1}},
        {"type": "boolean", "default": "false"}, {"type": "array", "minItems": 3, "items": {"type": "integer"}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"not": {}}}},
        {"allOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"const": 2}}}]},
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        {"required": ["x"], "oneOf": [{"properties": {"x": {"const": 1}}}, {"properties": {"x": {"const": 2}}}]},
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}}}},
        {"examples": [7], "type": "integer"}, {}, True,
    ],
)  # fmt: skip
def test_one_of_two_is_allowed(schema: Any) -> None:
    checker = Checker(schema)
    assert any(not checker.problems(each) for each in examples_of(schema))


def test_nothing_is_made_without_an_end() -> None:
    for schema in (
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "minItems": 9, "items": {"$ref": "#/$defs/b"}},
                                        "b": {"type": "string", "minLength": 10**12}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}},
    ):  # fmt: skip
        assert len(str(list(examples_of(schema)))) < 100_000
