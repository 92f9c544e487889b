"""Regular expressions that end."""

from __future__ import annotations

import pytest

from bus.scenario import patterns


def test_a_pattern_is_found_anywhere_unless_it_says_where() -> None:
    assert patterns.matches("b+", "abba")
    assert not patterns.matches("^b", "abba")
    assert patterns.matches(r"^\d{3}-\w+$", "123-é")


def test_a_pattern_that_python_would_match_for_years_takes_no_time() -> None:
    assert not patterns.matches("^(a+)+$", "a" * 10_000 + "b")


@pytest.mark.parametrize("wrong", ["[", "(?=a)", r"(a)\1", "(a{1,9999}){1,9999}", "(?<=a)b"])
def test_what_cannot_be_matched_in_linear_time_is_refused_in_one_line(wrong: str) -> None:
    with pytest.raises(ValueError, match="cannot be used") as refused:
        patterns.check_pattern(wrong)
    assert "\n" not in str(refused.value)
