"""What YAML takes for a text without quotes is known without reading YAML, where it is one plain word or several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.errors import UserError
from bus.scenario import tree

WORDS = (
    "true", "Null", "no", "on", "y", "12", "0x1F", "0o17", "017", "1e3", "1_000", "1.5e+3", "1e400", "inf", "0b1",
    "2026-11-23", "2026-11-23 10", "2001-1-1", "12ms", "1 2", "a  b", "a -b", "true false", "99999999999999999999",
)  # fmt: skip


def read_by_yaml(text: str) -> bool:
    """Whether it is a text for whoever reads a file that has it so."""
    try:
        (read,) = tree.plain(tree.parse(f"a: [{text}]", "x"), "x", [], tree.Place("x"))["a"]
    except (UserError, ValueError):
        return False
    return bool(read == text)


@pytest.mark.parametrize("text", WORDS)
def test_a_word_reads_as_itself_where_yaml_says_so(text: str) -> None:
    assert tree.reads_as_text(text) == read_by_yaml(text)


@given(st.text("01289eExXoOb_.+- tTfnNaurlsy:#~", min_size=1, max_size=8))
def test_any_letters_read_as_themselves_where_yaml_says_so(text: str) -> None:
    assert tree.reads_as_text(text) == read_by_yaml(text)
