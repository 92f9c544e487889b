"""Cells of CSV: what they look like, and what a schema makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from bus.arrivals.cells import Empty, kind_of, kinds_of, value_of


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", ""], "integer"),
        (["1", "2.5"], "number"),
        (["007", "1"], "string"),
        (["true", "FALSE"], "boolean"),
        (["true", "1"], "string"),
        (["", ""], "string"),
        (["9" * 30], "string"),
    ],
)
def test_a_column_is_what_all_its_cells_can_be(cells: list[str], kind: str) -> None:
    assert kind_of(cells) == kind


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("7", "integer", 7),
        ("7", "number", 7.0),
        ("7", "string", "7"),
        ("True", "boolean", True),
        ("[1]", "array", [1]),
        ('{"a": 1}', "object", {"a": 1}),
        ("", "integer", Empty),
    ],
)
def test_a_cell_is_read_as_its_type_says(text: str, kind: str, value: Any) -> None:
    assert value_of(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind"), [("x", "integer"), ("1e999", "number"), ("yes", "boolean"), ("[1", "array"), ("[1]", "object")]
)
def test_what_cannot_be_read_so_says_what_was_expected(text: str, kind: str) -> None:
    with pytest.raises(ValueError, match=r"expected .*, found"):
        value_of(text, kind)


def test_a_schema_says_the_types_and_null_is_none() -> None:
    schema = {"properties": {"a": {"type": "integer"}, "b": {"type": ["null", "number"]}, "c": {}, "d": True}}
    assert kinds_of(schema) == {"a": "integer", "b": "number", "c": "string", "d": "string"}
    assert kinds_of({}) == {}
