"""JSON of a capture: what the standard library reads of it, with halves of characters made whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bus.trace.decoding import decoded

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans())
def test_every_value_is_read_as_the_standard_library_reads_it(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert repr(decoded(text.encode())) == repr(json.loads(text))


@given(st.text('[]{}:,"\\\\ud8nulltrefas019.-+eENaIifty \n'))
@example("[" * 500 + "]" * 500)
@example("1" * 5000)
@example(" [1 , NaN]\n")
@example("1 2")
@example("\ufeff1")
def test_what_is_no_json_for_the_standard_library_is_none_here(text: str) -> None:
    try:
        wanted = json.loads(text)
    except (ValueError, RecursionError):
        with pytest.raises((ValueError, RecursionError)):
            decoded(text.encode())
    else:
        whole = json.loads(json.dumps(wanted, ensure_ascii=False).encode("utf-8", "replace"))
        assert repr(decoded(text.encode())) == repr(whole)


@pytest.mark.parametrize(
    ("body", "value"),
    [(b'{"a": "x\\ud800y"}', {"a": "x?y"}), (b'"\\ud83d\\ude00"', "\U0001f600"), (b'"\xff"', "\ufffd")],
)
def test_halves_of_characters_become_question_marks(body: bytes, value: Any) -> None:
    assert decoded(body) == value
