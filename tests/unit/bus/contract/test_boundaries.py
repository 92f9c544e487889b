"""Each consumer dies once, at one moment, however many of its calls come there at the same time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from bus.contract.boundaries import Boundary, DiesOnce, never


@pytest.mark.parametrize("at", Boundary)
def test_a_consumer_dies_the_first_time_that_it_comes_there(at: Boundary) -> None:
    dies = DiesOnce(at)
    story = [(boundary, handler) for handler in ("one", "two", "one") for boundary in Boundary]
    died = [(boundary, handler) for boundary, handler in story if dies(boundary, handler)]
    assert died == [(at, "one"), (at, "two")]


def test_of_many_calls_at_once_one_dies() -> None:
    dies = DiesOnce(Boundary.HANDLING)
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda number: (number % 3, dies(Boundary.HANDLING, f"h{number % 3}")), range(600))
        died = Counter(handler for handler, is_dead in found if is_dead)
    assert died == {0: 1, 1: 1, 2: 1}


def test_in_a_run_without_trials_nobody_dies() -> None:
    assert not any(never(boundary, "h") for boundary in Boundary)
