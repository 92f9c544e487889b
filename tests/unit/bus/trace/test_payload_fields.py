"""Payload fields by path."""

from __future__ import annotations

from typing import Any

import pytest

from bus.trace.payload_fields import MOST_FIELDS, Missing, field_text, fields_of, sort_key, value_at

ORDER = {"id": 13, "customer": {"name": "Ann", "vip": None}, "items": [{"sku": "A-1"}, {"sku": "B-2"}], "a.b": {"c": 1}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", 13),
        ("customer.name", "Ann"),
        ("customer.vip", None),
        ("items.1.sku", "B-2"),
        ("items.2.sku", Missing),
        ("a.b.c", 1),
        ("customer.age", Missing),
        ("id.deeper", Missing),
        ("", ORDER),
    ],
)
def test_a_path_finds_what_stands_there(path: str, value: Any) -> None:
    assert value_at(ORDER, path) == value


def test_every_plain_value_has_a_path_that_finds_it() -> None:
    paths = fields_of(iter([ORDER, {"total": 1.5}, 7, [1, 2]]))
    assert paths == ["id", "customer.name", "customer.vip", "items.0.sku", "a.b.c", "total", "0"]
    assert all(value_at(ORDER, path) is not Missing for path in paths[:5])


def test_a_payload_of_a_million_fields_lists_a_bounded_number() -> None:
    assert len(fields_of(iter([{f"k{number}": 0 for number in range(1000)}]))) == MOST_FIELDS


def test_texts_are_shown_bare_and_missing_is_no_null() -> None:
    assert [field_text(value) for value in ("Ann", None, True, 1.5, [1], Missing)] == [
        "Ann", "null", "true", "1.5", "[1]", "",
    ]  # fmt: skip


def test_values_of_all_kinds_have_an_order() -> None:
    values = ["b", Missing, 10, 2, "A", None]
    assert sorted(values, key=sort_key) == [Missing, 2, 10, "A", "b", None]
