"""Strategies: the same choices for the same seed, and each its own way to stray."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bus.exploration.explorer import Plan
from bus.exploration.strategies import STRATEGIES, DelayBounded, Priorities
from bus.runtime.choices import ORDER
from tests.helpers.exploring import LOST_UPDATE, explored, sample


class Calls:
    """Calls among which is chosen."""

    def __init__(self, *owners: int) -> None:
        self._owners = owners

    def owners(self) -> Sequence[int]:
        return self._owners

    def told(self) -> Sequence[str]:
        return [str(owner) for owner in self._owners]


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_seed_makes_the_same_choices(name: str) -> None:
    def taken(seed: str) -> list[int]:
        strategy = STRATEGIES[name](seed, 3, 50)
        return [strategy.take(ORDER, 4, Calls(1, 2, 3, 4)) for _ in range(50)]

    assert taken("a") == taken("a")
    assert set(taken("a")) <= {0, 1, 2, 3}
    assert any(taken("a") != taken(str(seed)) for seed in range(10))


def test_delays_are_no_more_than_the_bound() -> None:
    for seed in range(20):
        strategy = DelayBounded(str(seed), 2, 30)
        assert sum(strategy.take(ORDER, 3, Calls(1, 2, 3)) for _ in range(30)) <= 2


def test_who_has_the_highest_priority_goes_on_until_it_falls() -> None:
    steady = Priorities("1", 0, 30)
    assert len({steady.take(ORDER, 3, Calls(1, 2, 3)) for _ in range(30)}) == 1
    falling = Priorities("1", 3, 30)
    assert len({falling.take(ORDER, 3, Calls(1, 2, 3)) for _ in range(30)}) > 1


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_finds_a_bug_of_one_exchange(name: str) -> None:
    assert LOST_UPDATE in explored(sample("lost-update"), 40, plan=Plan(strategy=name)).sightings
