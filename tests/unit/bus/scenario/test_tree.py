"""What YAML takes for a text without quotes is known without reading YAML, where it is one plain word or several."""

from __future__ import annotations

import io
from typing import Any

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


COMMENTED = """# above
buslens: 1  # beside
events:
  # before a name
  order.placed: {sample: {id: 1, note: "a # b"}}   # behind a mapping

handlers:
  charge:
    on: order.placed
    do:
    - wait: 20ms
    # before a step
    - log: |
        two
        lines
# below
"""


def test_a_tree_that_is_built_of_examined_events_is_the_one_that_a_reader_of_yaml_builds() -> None:
    once, twice = tree.parse(COMMENTED, "x"), tree._yaml().load(COMMENTED)
    assert written(once) == written(twice) == COMMENTED
    assert once == twice
    assert places(once) == places(twice)


def written(node: Any) -> str:
    """With its comments."""
    out = io.StringIO()
    tree._yaml().dump(node, out)
    return out.getvalue()


def places(node: Any) -> list[Any]:
    """Of all names and values in it."""
    if isinstance(node, dict):
        return [[tree.key_place(node, key, "x"), tree.value_place(node, key, "x"), places(node[key])] for key in node]
    if isinstance(node, list):
        return [[tree.item_place(node, index, "x"), places(item)] for index, item in enumerate(node)]
    return []
