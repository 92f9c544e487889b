"""A value that YAML reads as something else than what stands there is remarked on, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.scenario.scalars import remarks
from bus.scenario.tree import composed


def said(text: str) -> list[tuple[int, int, str, str]]:
    return list(remarks(composed(text), text))


@pytest.mark.parametrize("key", ["sample", "with", "const", "default", "examples"])
def test_numbers_and_words_are_remarked_on_where_any_value_is_right(key: str) -> None:
    ((line, column, problem, hint),) = said(f"a:\n  {key}: 01234\n")
    assert (line, column) == (2, len(key) + 5)
    assert problem == "01234 is read as the number 1234"
    assert hint == 'put it in quotes where it is a text: "01234"'


def test_elsewhere_the_model_refuses_what_it_cannot_take() -> None:
    assert said("a: {at: 01234, seed: 0x1F, name: yes}\n") == []


def test_they_are_found_however_deep_they_lie() -> None:
    found = said("script:\n  - emit: a\n    with: {items: [{sku: 007}, {sku: 'ok'}, {sku: 1_0}]}\n")
    assert sorted(problem for _, _, problem, _ in found) == [
        "007 is read as the number 7",
        "1_0 is read as the number 10",
    ]


def test_a_text_that_a_comment_cuts_is_remarked_on_everywhere() -> None:
    ((line, column, problem, hint),) = said("name: order #5\n")
    assert (line, column) == (1, 12)
    assert problem == "the value ends before #5, which YAML takes for a comment"
    assert "quotes" in hint


@given(some.integers(0, 10**15), some.sampled_from(["", "-"]))
def test_a_number_as_people_write_it_is_no_remark(number: int, sign: str) -> None:
    assert said(f"sample: {sign}{number}\n") == []


@given(some.integers(1, 10**9), some.sampled_from(["0x%x", "0o%o", "0%d"]))
def test_any_other_way_is_told_as_the_number_that_is_read(number: int, form: str) -> None:
    ((_, _, problem, _),) = said(f"sample: {form % number}\n")
    assert problem == f"{form % number} is read as the number {number}"
