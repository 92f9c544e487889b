"""When events came from outside, as steps of a script: each at its time, or at a rate that was fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling import distance, spread
from bus.scenario.distribution import LONGEST_NS, spelled

Array = npt.NDArray[Any]

LEAST = 30
"""Gaps from which a rate is told by its shape; of fewer the gaps are taken as they were seen."""


@dataclass(frozen=True, slots=True)
class ArrivalFit:
    """How events of one name came from outside."""

    event: str
    count: int
    per_second: float
    """NaN where there is one, or all came at once."""

    distance: float
    """Of the gaps from a Poisson process of this rate (distance.py); NaN where there are too few."""

    allowed: float
    """What the distance of a Poisson process would be by chance."""

    @property
    def is_poisson(self) -> bool:
        """Whether nothing speaks against a Poisson process."""
        return self.distance <= self.allowed


def fitted(event: str, times_ns: Array) -> ArrivalFit:
    """How these came; ascending, from the start of the capture."""
    gaps = np.diff(times_ns)
    span = int(times_ns[-1] - times_ns[0])
    known = len(gaps) >= LEAST and span > 0
    return ArrivalFit(
        event,
        len(times_ns),
        len(gaps) * 1e9 / span if span else np.nan,
        distance.from_exponential(gaps) if known else np.nan,
        distance.chance_exponential(len(gaps)) if known else np.nan,
    )


def at_a_rate(fit: ArrivalFit, times_ns: Array) -> dict[str, Any]:
    """One step that emits as many, with gaps like theirs."""
    step: dict[str, Any] = {"emit": fit.event, "at": spelled(spread.rounded(times_ns[0]))}
    if fit.count > 1:
        gaps = np.diff(times_ns)
        mean = f"exponential {spelled(spread.rounded(gaps.mean()))}"
        step |= {"times": fit.count, "every": mean if fit.is_poisson else spread.written(gaps)}
    return step


def each_at_its_time(event: str, times_ns: Array) -> list[dict[str, Any]]:
    """A step for each of them."""
    return [{"emit": event, "at": spelled(min(int(each), LONGEST_NS))} for each in times_ns]
