"""Slips of the pen are found, and names that differ on purpose are not."""

from __future__ import annotations

import pytest

from bus.analysis.problems.near_names import NearNames, is_within_a_word


@pytest.mark.parametrize("slip", ["order.plcaed", "order.placd", "order.placced", "ordet.placed", "orer.placed"])
def test_a_slip_finds_the_name_that_was_meant(slip: str) -> None:
    assert NearNames(["order.placed", "order.paid"]).of(slip) == ["order.placed"]


@pytest.mark.parametrize("other", ["order.placed", "order.2", "order-1", "orders.paid.x", ""])
def test_what_is_no_slip_finds_nothing(other: str) -> None:
    assert NearNames(["order.1", "order.placed", "order_1", "orders.paid"]).of(other) == []


@pytest.mark.parametrize(
    ("name", "other", "inside"),
    [
        ("user.delted", "user.deleted", True),
        ("order.plcaed", "order.placed", True),
        ("items.added", "item.added", False),
        ("saves", "saved", False),
        ("xsaved", "saved", False),
    ],
)
def test_a_slip_inside_of_a_word_is_no_other_form_of_it(name: str, other: str, inside: bool) -> None:
    assert is_within_a_word(name, other) is inside
    assert is_within_a_word(other, name) is inside


def test_a_hostile_number_of_long_names_is_bounded() -> None:
    near = NearNames(["x" * 10_000, *(f"event{'abcdefghij'[each % 10]}{each}" for each in range(20_000))])
    assert near.of("y" * 10_000) == []
