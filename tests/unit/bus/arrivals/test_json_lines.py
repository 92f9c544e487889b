"""JSON that somebody else wrote is read as its standard has it."""

from __future__ import annotations

import pytest

from bus.arrivals.json_lines import json_lines, json_value
from bus.errors import UserError


def test_a_line_ends_where_json_says_so() -> None:
    text = '{"a": "x\u2028y\u0085z"}\r\n\n[1]'
    assert list(json_lines(text, "f")) == [(1, {"a": "x\u2028y\u0085z"}), (3, [1])]


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "{", ""])
def test_what_is_no_json_is_a_mistake_with_its_place(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_value(text)
    if text:
        with pytest.raises(UserError, match=r"f:2:1|f:2:2"):
            list(json_lines(f"1\n{text}", "f"))
