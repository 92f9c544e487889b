"""Values are written as a person would write them, and YAML reads the same values back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.scenario import tree
from bus.scenario.spelling import LONGEST_LINE, behind_key, block, flow, literal, scalar

TEXTS = (
    some.text(some.characters(exclude_categories=["Cs"]), max_size=12)
    | some.text(some.sampled_from("ab: #-'\"\n\t|>&*![]{},?%@`\\é€🙂\u2028\x85"), max_size=12)
    | some.sampled_from(["yes", "null", "~", "1e3", "0x1F", "2026-11-29", "- a", "a: b", "$count", "${x}", "<<", "="])
)
NUMBERS = some.integers(-(2**60), 2**60) | some.floats(allow_nan=False, allow_infinity=False, width=32)
VALUES = some.recursive(
    some.none() | some.booleans() | NUMBERS | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS.filter(bool), inner, max_size=4),
    max_leaves=10,
)


def read(text: str) -> Any:
    return tree.values_of(text, "s.yaml")


@given(VALUES)
def test_on_one_line_it_is_read_as_it_was(value: Any) -> None:
    line = flow(value)
    assert "\n" not in line
    assert read(f"v: {line}\n") == {"v": value}


@given(VALUES, some.sampled_from(["v", "sample", "with", "do"]), some.sampled_from([0, 2, 6]))
def test_in_blocks_it_is_read_as_it_was(value: Any, key: str, column: int) -> None:
    gap = " " * column
    text = f"{'a:' if column else ''}{chr(10) if column else ''}{gap}{key}:{behind_key(value, column, key)}\n"
    assert read(text) == ({"a": {key: value}} if column else {key: value})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("order.placed", "order.placed"), ("a b", "a b"), ("-5", '"-5"'), ("yes", "yes"), ("null", '"null"'),
        ("", '""'), ("a: b", '"a: b"'), (True, "true"), (None, "null"), (1.5, "1.5"),
    ],
)  # fmt: skip
def test_a_text_is_quoted_only_where_it_must_be(value: Any, said: str) -> None:
    assert scalar(value) == said


def test_small_payloads_stand_on_one_line_and_large_ones_in_a_block() -> None:
    small, large = {"id": 5, "items": [1, 2]}, {f"key{number}": number for number in range(30)}
    assert behind_key(small, 0, "sample") == " {id: 5, items: [1, 2]}"
    assert len(flow(large)) > LONGEST_LINE
    assert behind_key(large, 0, "sample").startswith("\n  key0: 0\n")
    assert behind_key(small, 0, "handlers").startswith("\n  id: 5\n")


def test_code_of_several_lines_is_written_as_it_is() -> None:
    assert literal("if x:\n    log(x)\n", 4) == "|\n    if x:\n        log(x)"
    assert behind_key("a\nb", 2, "python") == " |-\n    a\n    b"
    assert block([{"python": "a\nb\n"}, {"log": "x"}], 2) == "- python: |\n      a\n      b\n  - log: x"
