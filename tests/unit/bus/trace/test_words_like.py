"""What is written into the search line finds the texts that a person means by it, and no pattern takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.trace.words_like import matcher

LETTERS = some.text(some.sampled_from("abAB.[]*?^$"), max_size=8)
PATTERNS = some.text(some.sampled_from("ab.[]*?^$"), max_size=6)


def like(pattern: str, text: str) -> bool:
    """The plain meaning of `*` and `?`, by trying every way."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(like(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0].lower()) and like(pattern[1:], text[1:])


@given(PATTERNS, LETTERS)
def test_the_whole_text_with_any_text_and_any_letter(pattern: str, text: str) -> None:
    assert matcher("=", pattern)(text) == like(pattern, text)


@given(PATTERNS, LETTERS)
def test_a_part_of_it(pattern: str, text: str) -> None:
    assert matcher("~", pattern)(text) == like(f"*{pattern}*", text)


def test_a_text_of_several_lines_is_found_whole() -> None:
    assert matcher("~", "b*c")("a\nb\nc")
    assert matcher("=", "a*")("A\nb")


@pytest.mark.parametrize("pattern", ["*" * 500 + "b", "a*" * 12 + "b"])
def test_stars_in_a_row_are_one_star(pattern: str) -> None:
    found = matcher("=", pattern)
    assert not found("a" * 60)
    assert found("a" * 60 + "b")


def test_letters_of_regular_expressions_mean_themselves() -> None:
    assert not matcher("=", "a.c")("abc")
    assert matcher("=", "[a]")("[A]")
