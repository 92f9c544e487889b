"""Measured times as a scenario writes them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bus.modelling import spread
from bus.scenario.distribution import parse

MS = 1_000_000


def test_draws_have_the_quantiles_that_were_measured() -> None:
    measured = np.random.default_rng(1).lognormal(16, 0.8, 3000)
    drawn = np.array([parse(spread.written(measured)).sample(rng) for rng in [random.Random(1)] for _ in range(20_000)])
    assert drawn.mean() == pytest.approx(measured.mean(), rel=0.03)
    for percent, near in ((50, 0.05), (95, 0.05), (99, 0.1)):
        assert np.percentile(drawn, percent) == pytest.approx(np.percentile(measured, percent), rel=near)


def test_one_time_and_hardly_any_time_are_one_time() -> None:
    assert spread.written(np.full(9, 20 * MS)) == "20ms"
    assert spread.written(np.array([2_000, 4_000])) == "3us"


def test_few_times_are_each_a_quantile() -> None:
    assert spread.written(np.array([1, 2, 9]) * MS) == "quantiles 0%=1ms 50%=2ms 100%=9ms"


def test_a_hostile_capture_gives_times_that_a_scenario_takes() -> None:
    wild = np.array([-5, 0, 2**62, 2**63 - 1])
    assert parse(spread.written(wild)).times_ns[0] == 0
