"""In which fields payloads differ."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bus.analysis.diff.payload_pairs import MOST_FIELDS, PayloadPairs
from bus.trace.blobs import NOTHING, Payload
from bus.trace.payload_fields import Missing


def payload(value: Any) -> Payload:
    return Payload(value, json.dumps(value), True, False)


def told(first: Payload, second: Payload, *ignored: str) -> list[tuple[str, Any, Any]]:
    pairs = PayloadPairs(ignored)
    differs = pairs.differs("placed", first, second, 0)
    assert differs == bool(pairs.fields)
    return [(each.path, each.first, each.second) for each in pairs.fields]


@pytest.mark.parametrize(
    ("first", "second", "fields"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("a.b.1", 2, 3)]),
        ({"a": 1}, {}, [("a", 1, Missing)]),
        ([1], [1, 2], [("1", Missing, 2)]),
        (1, 1.0, []),
        (1, True, [("", 1, True)]),
        ({"a": None}, {}, [("a", None, Missing)]),
        ({"a": [1]}, {"a": {"0": 1}}, [("a", [1], {"0": 1})]),
        ({"x.y": 1}, {"x.y": 2}, [("x.y", 1, 2)]),
    ],
)
def test_each_field_that_differs_is_told(first: Any, second: Any, fields: list[tuple[str, Any, Any]]) -> None:
    assert told(payload(first), payload(second)) == fields


def test_what_is_no_json_is_compared_as_it_was_recorded() -> None:
    assert told(Payload(None, "<a>", False, False), payload({"a": 1})) == [("", "<a>", '{"a": 1}')]
    assert told(NOTHING, payload(3)) == [("", Missing, 3)]


def test_ignored_fields_do_not_count() -> None:
    first, second = payload({"id": 1, "items": [{"id": 2}]}), payload({"id": 3, "items": [{"id": 4}]})
    assert told(first, second, "id") == [("items.0.id", 2, 4)]
    assert told(first, second, "id", "placed:items.*.id") == []
    assert len(told(first, second, "paid:*")) == 2


def test_pairs_are_counted_by_field_and_fields_are_bounded() -> None:
    pairs = PayloadPairs()
    for number in range(MOST_FIELDS * 2):
        pairs.differs("placed", payload({"n": 0}), payload({"n": 1, f"f{number}": 1}), number)
    assert (pairs.fields[0].path, pairs.fields[0].pairs, pairs.fields[0].pair) == ("n", MOST_FIELDS * 2, 0)
    assert len(pairs.fields) == MOST_FIELDS + 1
    assert pairs.fields[-1].path == ""
    assert sum(each.pairs for each in pairs.fields) == MOST_FIELDS * 4
