"""What some runs with different seeds say together: the mean, and how far from it the true one may lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""97.5 % of Student's t for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over runs with its confidence interval of 95 %."""

    mean: float
    """NaN where no run says anything."""

    half: float
    """From the mean to either end of the interval; NaN where one run is all there is."""

    count: int
    """Runs that say something."""

    @property
    def low(self) -> float:
        """The lower end; NaN where it is not known."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end; NaN where it is not known."""
        return self.mean + self.half

    def holds(self, value: float) -> bool:
        """Whether the interval has this value in it."""
        return self.low <= value <= self.high


def estimate(values: Sequence[float]) -> Estimate:
    """What these say, one of each run; NaN where a run says nothing."""
    known = [each for each in values if not math.isnan(each)]
    if not known:
        return Estimate(math.nan, math.nan, 0)
    if len(known) == 1:
        return Estimate(known[0], math.nan, 1)
    return Estimate(fmean(known), _t(len(known) - 1) * stdev(known) / math.sqrt(len(known)), len(known))


def differs(one: Estimate, other: Estimate) -> bool | None:
    """Whether their intervals lie apart; None where one of them is not known."""
    if math.isnan(one.half) or math.isnan(other.half):
        return None
    return one.high < other.low or other.high < one.low


def _t(freedom: int) -> float:
    """Beyond the table: Hotelling's first terms, right to a thousandth."""
    return _T[freedom - 1] if freedom <= len(_T) else 1.95996 + 2.37227 / freedom + 2.8225 / freedom**2
