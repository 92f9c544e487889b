"""Numbers and names in sentences."""

from __future__ import annotations

import pytest

from bus.wording import duration, one_of, several


def test_one_is_no_plural_and_large_numbers_have_groups() -> None:
    assert [several(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert several(12004, "dispatch", "dispatches") == "12 004 dispatches"
    assert several(1, "dispatch", "dispatches") == "1 dispatch"


def test_names_are_a_choice() -> None:
    assert [one_of(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


@pytest.mark.parametrize(
    ("nanoseconds", "said"),
    [
        (None, "-"),
        (float("nan"), "-"),
        (-1, "-"),
        (0, "0 ns"),
        (850, "850 ns"),
        (12_400, "12.4 us"),
        (3_100_000, "3.1 ms"),
        (250_000_000, "250 ms"),
        (2_500_000_000, "2.5 s"),
        (7_200_000_000_000, "7200 s"),
    ],
)
def test_durations_read_as_people_say_them(nanoseconds: float | None, said: str) -> None:
    assert duration(nanoseconds) == said
