"""What a budget leaves out is counted to the last, and what that costs is asked for where it matters."""

from __future__ import annotations

from typing import Any

import pytest

from buslens.stream.spending import Spending


class FakeStream:
    """Says what it was told."""

    opening_ns = 5

    def __init__(self) -> None:
        self.used = 0
        self.told: list[tuple[int, int, int]] = []

    def tell_cost(self, own_ns: int, cpu_ns: int, step: int) -> None:
        self.told.append((own_ns, cpu_ns, step))


@pytest.fixture
def dropped() -> list[int]:
    return []


def made(dropped: list[int], share: float = 1.0) -> Spending:
    return Spending(share, dropped.append, lambda _: None)


def test_without_a_budget_nothing_is_left_out(dropped: list[int]) -> None:
    spending, stream = made(dropped, 0.0), FakeStream()
    assert spending.is_hot
    assert not any(spending.leaves_out() for _ in range(100))
    spending.close(stream)
    assert sum(dropped) == 0
    assert [(own, step) for own, _, step in stream.told] == [(5, 0)]


@pytest.mark.parametrize("asked", [1, 7, 8, 9, 1000])
def test_each_that_is_left_out_is_counted_once(dropped: list[int], asked: int) -> None:
    spending, stream = made(dropped), FakeStream()
    spending.change(8, 8)
    assert not spending.is_hot
    left_out = 0
    for _ in range(asked):
        if spending.leaves_out():
            left_out += 1
        else:
            spending.chosen(stream)
    spending.close(stream)
    assert sum(dropped) == left_out == asked - asked // 8
    assert stream.told[-1][2] == 8


def test_what_is_left_out_has_a_price(dropped: list[int]) -> None:
    spending, stream = made(dropped), FakeStream()
    spending.change(1024, 1024)
    spending.look(stream)
    before = spending.meter.own_ns
    while spending.leaves_out():
        pass
    spending.chosen(stream)
    assert spending.meter.own_ns > before


def test_behind_a_block_the_next_dispatch_is_measured(dropped: list[int]) -> None:
    spending, stream = made(dropped, 0.0), FakeStream()
    assert spending.measured() is None
    spending.look(stream)
    assert not spending.is_hot
    for _ in range(2):  # the first one does not count
        measured = spending.measured()
        assert measured is not None
        measured.go()
        measured.done(1)
    assert spending.is_hot


def test_a_look_inside_of_a_look_does_nothing(dropped: list[int]) -> None:
    stream = FakeStream()
    looked: list[Any] = []

    def drop(_: int) -> None:  # what that records may fill a block
        looked.append(None)
        spending.look(stream)

    spending = Spending(0.0, drop, lambda _: None)
    spending.look(stream)
    assert (len(looked), len(stream.told)) == (1, 1)


def test_a_forked_child_begins_with_everything(dropped: list[int]) -> None:
    spending = made(dropped)
    spending.change(8, 8)
    spending.begin_anew()
    assert (spending.step, spending.is_hot, spending.leaves_out()) == (0, True, False)
    assert spending.has_left_out
