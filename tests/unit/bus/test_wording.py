"""Numbers in sentences."""

from __future__ import annotations

from bus.wording import several


def test_one_is_no_plural_and_large_numbers_have_groups() -> None:
    assert [several(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert several(12004, "dispatch", "dispatches") == "12 004 dispatches"
    assert several(1, "dispatch", "dispatches") == "1 dispatch"
