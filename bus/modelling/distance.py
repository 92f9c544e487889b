"""How far two measured distributions are apart: the Kolmogorov-Smirnov distance, the largest gap between their shares.

0: the same; 1: nothing of one lies among the other. Samples of one distribution differ by chance; how much is said too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BY_CHANCE = 1.628
"""Of samples of one distribution 1 % are farther apart than this, divided by the root of their size (Smirnov 1948)."""

BY_CHANCE_EXPONENTIAL = 1.308
"""The same at 1 % where the mean was taken from the sample itself (Lilliefors 1969)."""


def between(one: Array, other: Array) -> float:
    """The distance of two samples; NaN where one of them is empty."""
    if not len(one) or not len(other):
        return math.nan
    one, other = np.sort(one), np.sort(other)
    values = np.concatenate([one, other])
    shares = (np.searchsorted(each, values, "right") / len(each) for each in (one, other))
    return float(np.abs(np.subtract(*shares)).max())


def chance(one: int, other: int) -> float:
    """What two samples of so many values are apart at most, though both are of one distribution; 1 of 100 is beyond.

    At most 1, as any distance is; infinite where one of them is empty.
    """
    return min(BY_CHANCE * math.sqrt((one + other) / (one * other)), 1.0) if one and other else math.inf


def from_exponential(values: Array) -> float:
    """The distance of a sample from the exponential distribution with its mean; NaN where it has none."""
    mean = float(values.mean()) if len(values) else 0.0
    if mean <= 0:
        return math.nan
    expected = -np.expm1(-np.sort(values) / mean)
    above = np.arange(1, len(values) + 1) / len(values) - expected
    below = expected - np.arange(len(values)) / len(values)
    return float(max(above.max(), below.max()))


def chance_exponential(count: int) -> float:
    """What a sample of so many exponential values is apart from its own fit at most; 1 of 100 is beyond."""
    return BY_CHANCE_EXPONENTIAL / math.sqrt(count) if count else math.inf
