"""One path language for search lines and for columns."""

from __future__ import annotations

from typing import Any

import pytest

from bus.trace.payload_fields import Missing, fields_of, value_at
from bus.trace.payload_paths import steps_of, values_at, written

ORDER = {"id": 13, "items": [{"sku": "A-1"}, {"sku": "B-2"}], "a.b": {"c": 1}, "unit price": 5, 'say "x"': [[7]]}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("items.0.sku", ("items", "0", "sku")),
        ("items[0].sku", ("items", "0", "sku")),
        ('.items[0]."unit price".x', ("items", "0", "unit price", "x")),
        ("unit price", ("unit price",)),
        ('a."".b', ("a", "", "b")),
        ("", ()),
    ],
)
def test_paths_are_read_as_they_are_written(path: str, steps: tuple[str, ...]) -> None:
    assert steps_of(path) == steps


@pytest.mark.parametrize("path", ["items[].sku", "a..b", "a[x]", 'a."b', "a." * 30 + "a"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        steps_of(path)
    assert value_at(ORDER, path) is Missing


@pytest.mark.parametrize(
    ("path", "each", "one"),
    [
        ("id", [13], 13),
        ("items.sku", ["A-1", "B-2"], Missing),
        ("items.1.sku", ["B-2"], "B-2"),
        ("items[1].sku", ["B-2"], "B-2"),
        ("a.b.c", [1], 1),
        ('"say \\"x\\"".0.0', [7], 7),
        ("items.2", [], Missing),
        ("id.deeper", [], Missing),
    ],
)
def test_a_search_looks_into_each_item_and_a_column_shows_one_value(path: str, each: list[Any], one: Any) -> None:
    assert list(values_at(ORDER, steps_of(path))) == each
    assert value_at(ORDER, path) == one


@pytest.mark.parametrize("key", ["id", "a.b", "unit price", 'say "x"', "[0]", "", ".", "a.", "a..b", "é", "\\"])
def test_every_key_can_be_written_and_is_found(key: str) -> None:
    (path,) = fields_of(iter([{key: 1}]))
    assert path == written(key)
    assert value_at({key: 1}, path) == 1
