"""JSON of plain values is what `json` makes of them, without the spaces, and with what is not ASCII as it is."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buslens import json_text
from buslens.json_text import in_quotes, json_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MADE: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


@given(PLAIN)
def test_it_is_what_json_makes_of_it(value: Any) -> None:
    assert json_of(value) == json.dumps(value, **MADE)
    assert json_of(value, by_key=True) == json.dumps(value, **MADE, sort_keys=True)


@given(st.text())
def test_a_text_stands_in_quotes(text: str) -> None:
    assert in_quotes(text) == json.dumps(text, ensure_ascii=False)


def test_a_number_without_end_is_refused_and_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_of([float("inf")])
    with pytest.raises(TypeError, match="set"):
        json_of({"a": {1}})


def test_a_python_without_that_part_of_c_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_json", None)
    with pytest.raises(ImportError):
        json_text._of_c()
    quote, plain, by_key = json_text._of_python()
    assert quote("half") == '"half"'
    assert "".join(plain({"b": 1, "a": [1.5]}, 0)) == '{"b":1,"a":[1.5]}'
    assert "".join(by_key({"b": 1, "a": None}, 0)) == '{"a":null,"b":1}'
