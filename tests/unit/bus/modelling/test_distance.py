"""How far two distributions are apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bus.modelling import distance


def test_the_same_sample_has_no_distance_and_another_one_has_all() -> None:
    one = np.array([3, 1, 2])
    assert distance.between(one, one) == 0
    assert distance.between(one, one + 10) == 1
    assert distance.between(np.array([1, 2, 3, 4]), np.array([3, 4, 5, 6])) == 0.5


def test_of_nothing_there_is_no_distance() -> None:
    assert math.isnan(distance.between(np.array([]), np.array([1])))
    assert math.isnan(distance.from_exponential(np.zeros(5)))
    assert distance.chance(0, 5) == math.inf


@pytest.mark.parametrize("seed", range(20))
def test_chance_alone_stays_below_what_is_allowed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(5, 400)
    assert distance.from_exponential(gaps) < distance.chance_exponential(400)
    assert distance.between(gaps, rng.exponential(5, 300)) < distance.chance(400, 300)


def test_what_is_no_exponential_is_seen() -> None:
    rng = np.random.default_rng(1)
    assert distance.from_exponential(rng.uniform(1, 2, 200)) > distance.chance_exponential(200)
    assert distance.between(rng.exponential(5, 400), rng.exponential(7, 400)) > distance.chance(400, 400)


def test_chance_makes_no_more_of_a_distance_than_there_is() -> None:
    assert distance.chance(1, 2) == 1
