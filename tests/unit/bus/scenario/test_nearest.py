"""A slip is told with the name that was most likely meant, and nothing is guessed where none is near."""

from __future__ import annotations

import pytest

from bus.scenario.nearest import MOST_KNOWN, nearest

KNOWN = ["order.placed", "order.paid", "stock.reserved"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("order.plcaed", "did you mean order.placed?"),
        ("oder.paid", "did you mean order.paid?"),
        ("invoice", ""),
        ("", ""),
    ],
)
def test_what_is_said(word: str, said: str) -> None:
    assert nearest(word, KNOWN) == said


def test_a_hostile_file_costs_no_time_without_end() -> None:
    looked_at = [*(f"name{number}" for number in range(MOST_KNOWN)), "wanted"]
    assert nearest("wantde", looked_at) == "", "what stands behind so many is not compared"
    assert nearest("x" * 10_000_000, KNOWN) == ""


def test_any_collection_of_names_will_do() -> None:
    assert nearest("order.pad", (name for name in KNOWN)) == "did you mean order.paid?"
    assert nearest("order.pad", dict.fromkeys(KNOWN)) == "did you mean order.paid?"
