"""Schemas that payloads have in common."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bus.modelling import schemas
from bus.scenario.payload import Checker, check_schema

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(JSON, min_size=1, max_size=10))
def test_a_schema_allows_every_payload_it_was_made_of(values: list[Any]) -> None:
    schema = schemas.schema_of(values)
    check_schema(schema)
    assert not [each for value in values for each in Checker(schema).problems(value)]


def test_types_required_fields_formats_and_choices() -> None:
    values = [
        {"id": n, "at": "2026-01-01T00:00:00Z", "kind": "ab"[n % 2], "price": n if n % 2 else 0.5} for n in range(20)
    ]
    del values[3]["price"]
    assert schemas.schema_of(values) == {
        "type": "object",
        "required": ["id", "at", "kind"],
        "properties": {
            "id": {"type": "integer"},
            "at": {"type": "string", "format": "date-time"},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "price": {"type": "number"},
        },
    }


def test_no_text_that_was_seen_stands_in_it_where_nobody_wants_it() -> None:
    assert schemas.schema_of(["a", "b"] * 20, choices=False) == {"type": "string"}


def test_keys_that_are_data_and_deep_payloads_stay_small() -> None:
    assert schemas.schema_of([{f"k{n}": 1 for n in range(500)}]) == {"type": "object"}
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    assert len(str(schemas.schema_of([deep]))) < 500
