"""Events from outside as steps of a script."""

from __future__ import annotations

import math

import numpy as np

from bus.modelling import arrivals

MS = 1_000_000


def test_a_poisson_process_is_told_by_its_rate() -> None:
    times = np.cumsum(np.random.default_rng(3).exponential(10 * MS, 500)).astype(np.int64)
    fit = arrivals.fitted("job", times)
    assert fit.is_poisson
    assert 90 < fit.per_second < 110
    step = arrivals.at_a_rate(fit, times)
    assert step["times"] == 500
    assert step["every"].startswith("exponential ")


def test_a_steady_rate_is_no_poisson_process() -> None:
    times = np.arange(50) * 100 * MS
    fit = arrivals.fitted("job", times)
    assert not fit.is_poisson
    assert arrivals.at_a_rate(fit, times) == {"emit": "job", "at": "0s", "times": 50, "every": "100ms"}


def test_one_arrival_and_few_of_them() -> None:
    one = arrivals.fitted("job", np.array([5 * MS]))
    assert math.isnan(one.per_second)
    assert arrivals.at_a_rate(one, np.array([5 * MS])) == {"emit": "job", "at": "5ms"}
    assert math.isnan(arrivals.fitted("job", np.arange(5) * MS).distance)


def test_each_at_its_time() -> None:
    assert arrivals.each_at_its_time("job", np.array([0, 1_500])) == [
        {"emit": "job", "at": "0s"},
        {"emit": "job", "at": "1500ns"},
    ]
