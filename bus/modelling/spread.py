"""Measured times as a scenario writes them: their quantiles; one time where all are the same, or hardly any."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.scenario import distribution

Array = npt.NDArray[Any]

LEVELS = (
    0, 1, 2.5, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.8, 99.9, 100,
)  # fmt: skip
"""Percent. Denser where times are long: a straight line between two of them would make the longest ones longer."""

NOTICED_NS = 100_000
"""A shorter time is what a program takes to call anything at all."""

DIGITS = 4
"""Of a time: more would say more than was measured."""


def written(values_ns: Array) -> str:
    """These times, of which there is one at least; none is below 0."""
    values = np.clip(values_ns, 0, distribution.LONGEST_NS)
    if not np.ptp(values) or values.max() < NOTICED_NS:
        return distribution.spelled(rounded(values.mean()))
    levels: Any = LEVELS if len(values) >= len(LEVELS) else np.linspace(0, 100, len(values)).round(3)
    times = [rounded(each) for each in np.percentile(values, levels)]
    return distribution.quantiles(zip(levels, times, strict=True))


def rounded(ns: float) -> int:
    """A time with DIGITS digits, and no longer than a scenario may say."""
    whole = min(round(float(ns)), distribution.LONGEST_NS)
    return round(whole, min(DIGITS - len(str(whole)), 0))
