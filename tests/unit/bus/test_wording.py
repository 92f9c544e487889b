"""Numbers and names in sentences."""

from __future__ import annotations

from bus.wording import one_of, several


def test_one_is_no_plural_and_large_numbers_have_groups() -> None:
    assert [several(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert several(12004, "dispatch", "dispatches") == "12 004 dispatches"
    assert several(1, "dispatch", "dispatches") == "1 dispatch"


def test_names_are_a_choice() -> None:
    assert [one_of(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
