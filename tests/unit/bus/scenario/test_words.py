"""Names that look the same on every screen, wire and broker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bus.scenario import words


@pytest.mark.parametrize("name", ["order.placed", "user_created", "a", "näme-1", "a:b/c.d"])
def test_these_are_names_of_events(name: str) -> None:
    assert words.check_event(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a..b", ".a", "a.", "a\nb", "a\x00", "a\u202eb", "*"])
def test_these_are_not(name: str) -> None:
    with pytest.raises(ValueError, match="expected an event name"):
        words.check_event(name)


@pytest.mark.parametrize("check", [words.check_event, words.check_pattern, words.check_name, words.check_error])
def test_a_name_that_is_too_long_is_told_so(check: Callable[[str], str]) -> None:
    assert check("x" * 200)
    with pytest.raises(ValueError, match=r"at most 200 letters \(these are 201\)"):
        check("x" * 201)


def test_patterns_have_stars_and_errors_are_python_names() -> None:
    assert words.check_pattern("order.*") == "order.*"
    assert words.check_error("CardDeclined") == "CardDeclined"
    with pytest.raises(ValueError, match="CardDeclined"):
        words.check_error("card declined")
    with pytest.raises(ValueError, match="reserve_stock"):
        words.check_name("a b")
