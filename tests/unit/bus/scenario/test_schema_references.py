"""A $ref that leads nowhere or round in a circle is told before any payload has to wait for its end."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.scenario.schema_references import mistakes, schemas_in

CIRCLE = "this $ref leads back to itself without looking further into the payload"


@pytest.mark.parametrize(
    ("schema", "path", "says"),
    [
        ({"$ref": "#/$defs/no"}, ("$ref",), "points nowhere in this schema; what it names belongs into $defs"),
        ({"$ref": "#/no/s", "$defs": {"s": {}}}, ("$ref",), "did you mean #/$defs/s?"),
        ({"$ref": "#"}, ("$ref",), CIRCLE),
        ({"properties": {"a": {"$ref": "#/properties/b"}}}, ("properties", "a", "$ref"), "points nowhere"),
        ({"$dynamicRef": "#no"}, ("$dynamicRef",), "$dynamicRef #no points nowhere"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{}, {"$ref": "#/$defs/a"}]}}}, ("$ref",), CIRCLE),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}}, ("$ref",), CIRCLE),
    ],
)
def test_each_mistake_at_its_place(schema: Any, path: tuple[Any, ...], says: str) -> None:
    (at, problem), *_ = mistakes(schema)
    assert at == path
    assert says in problem


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"properties": {"child": {"$ref": "#"}}},
        {"$ref": "#here", "$defs": {"x": {"$anchor": "here"}}},
        {"const": {"$ref": "#/no"}, "enum": [{"$ref": "#/no"}], "default": {"$ref": "#/no"}},
        {"properties": {"$ref": {"type": "string"}}},
        {"$ref": "https://example.org/s"},
        {"$defs": {"a": {"$id": "https://example.org/a", "$ref": "#/own"}}},
    ],
)
def test_what_is_no_mistake(schema: Any) -> None:
    assert list(mistakes(schema)) == []


NAMES = "abc"
REFERENCES = some.sampled_from([f"#/$defs/{name}" for name in NAMES]).map(lambda target: {"$ref": target})
PARTS = some.recursive(
    REFERENCES | some.just({}),
    lambda inner: some.one_of(
        inner.map(lambda part: {"items": part}),
        some.lists(inner, min_size=1, max_size=2).map(lambda parts: {"allOf": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)


@given(some.fixed_dictionaries(dict.fromkeys(NAMES, PARTS)), some.sampled_from([5, [], [[]], [[[1]]]]))
def test_a_schema_without_mistakes_comes_to_an_end_with_every_payload(parts: dict[str, Any], payload: Any) -> None:
    schema = {"$ref": "#/$defs/a", "$defs": parts}
    if not list(mistakes(schema)):
        assert jsonschema.Draft202012Validator(schema).is_valid(payload) in (True, False)


def test_every_schema_of_a_schema_is_found_and_no_value_is_taken_for_one() -> None:
    schema = {"properties": {"type": {"type": "string"}}, "items": {}, "allOf": [{}], "const": {"properties": {}}}
    assert sorted(map(str, dict(schemas_in(schema)))) == sorted(
        map(str, [(), ("properties", "type"), ("items",), ("allOf", 0)])
    )
