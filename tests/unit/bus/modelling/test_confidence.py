"""Means over seeds."""

from __future__ import annotations

import math
import random

from bus.modelling.confidence import differs, estimate


def test_the_interval_of_known_numbers() -> None:
    found = estimate([1, 2, 3, 4, math.nan])
    assert (found.mean, found.count) == (2.5, 4)
    assert math.isclose(found.half, 2.054, abs_tol=0.001)
    assert found.holds(1)
    assert not found.holds(5)


def test_one_run_or_none_has_no_interval() -> None:
    assert math.isnan(estimate([3]).half)
    assert math.isnan(estimate([]).mean)
    assert differs(estimate([3]), estimate([1, 2])) is None


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    rng = random.Random(1)
    for runs in (3, 10, 50):
        held = sum(estimate([rng.gauss(7, 2) for _ in range(runs)]).holds(7) for _ in range(2000))
        assert 0.93 < held / 2000 < 0.97


def test_intervals_that_lie_apart_differ() -> None:
    assert differs(estimate([1, 1.1, 0.9]), estimate([5, 5.1, 4.9])) is True
    assert differs(estimate([1, 2, 3]), estimate([2, 3, 4])) is False
