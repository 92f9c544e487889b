"""Payloads and their JSON Schemas."""

from __future__ import annotations

from typing import Any

import pytest

from bus.scenario.model import Event
from bus.scenario.payload import Checker, check, check_schema, schema_mistakes

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "code": {"type": "string", "pattern": "^[A-Z]+$"}},
    "patternProperties": {"^x-": {"type": "number"}},
    "additionalProperties": False,
}


def problems(schema: Any, value: Any) -> list[str]:
    return [str(problem) for problem in Checker(schema).problems(value)]


def test_what_is_wrong_is_said_with_its_path() -> None:
    assert problems(ORDER, {"id": 1, "code": "AB", "x-a": 1}) == []
    assert problems(ORDER, {"id": "1"}) == ["$.id: '1' is not of type 'integer'"]
    assert problems(ORDER, {"id": 1, "code": "ab"}) == ["$.code: 'ab' does not match '^[A-Z]+$'"]
    assert problems(ORDER, {"id": 1, "other": 1}) == ["$: unknown property 'other'"]
    assert problems(ORDER, {"id": 1, "x-a": "1"}) == ["$['x-a']: '1' is not of type 'number'"]


def test_an_event_checks_its_payloads_and_one_without_a_schema_takes_anything() -> None:
    assert check(Event(schema_=ORDER), {}) != []
    assert check(Event(), object()) == []


def test_additional_properties_may_have_a_schema() -> None:
    schema = {"properties": {"id": {}}, "additionalProperties": {"type": "string"}}
    assert problems(schema, {"id": 1, "a": "b"}) == []
    assert problems(schema, {"a": 1}) == ["$.a: 1 is not of type 'string'"]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ([1], "expected a JSON Schema"),
        ({"type": "objekt"}, "expected one of array"),
        ({"required": "id"}, "not a JSON Schema"),
        ({"$ref": "https://example.org/order.json"}, "points outside"),
        ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, "points outside"),
        ({"pattern": "(?=a)"}, "look-around"),
        ({"pattern": "["}, "unclosed"),
        ({"patternProperties": {"(a{1,9999}){1,9999}": {}}}, "too large"),
        ({"patternProperties": {"a": {}}, "unevaluatedProperties": False}, "not supported"),
    ],
)
def test_a_schema_that_is_none_is_refused(schema: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_schema(schema)


def test_all_the_mistakes_of_a_schema_have_their_places() -> None:
    schema = {"type": "objekt", "properties": {"a": {"pattern": "(?=x)"}, "b": {"$ref": "http://x"}}}
    found = {path for path, _problem in schema_mistakes(schema)}
    assert found == {("type",), ("properties", "a", "pattern"), ("properties", "b", "$ref")}


def test_names_of_properties_are_not_taken_for_keywords() -> None:
    check_schema({"properties": {"pattern": {"type": "string"}, "$ref": {"type": "string"}}, "const": {"$ref": "x"}})


def test_no_pattern_takes_for_ever() -> None:
    assert problems({"pattern": "^(a+)+$"}, "a" * 5000 + "b") != []


def test_schemas_that_refer_to_themselves_end() -> None:
    doubling = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": True}
    assert "refers to itself" in problems({"$defs": doubling, "$ref": "#/$defs/d0"}, 1)[0]
    assert "cannot be followed" in problems({"$ref": "#"}, 1)[0]
    assert "cannot be followed" in problems({"$ref": "#/nowhere"}, 1)[0]


def test_a_tree_of_the_same_schema_is_fine() -> None:
    tree = {"properties": {"left": {"$ref": "#"}}, "additionalProperties": False}
    assert problems(tree, {"left": {"left": {}}}) == []
    assert problems(tree, {"left": {"right": 1}}) == ["$.left: unknown property 'right'"]
