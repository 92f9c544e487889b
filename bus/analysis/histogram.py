"""How times are spread, on a log scale, and how many things happened in each stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

PER_DECADE = 10
"""Buckets from one power of ten to the next."""

MOST_DECADES = 12
"""Nanoseconds to a quarter of an hour; what is shorter or longer counts to the first or last bucket."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Neighbouring buckets; the first and the last hold something, unless all are empty."""

    edges_ns: Array
    """Where each begins, and where the last one ends: one more than counts."""

    counts: Array

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True, slots=True)
class EventRate:
    """How many events came in each stretch of time, all of one length."""

    first_ns: int
    step_ns: float
    counts: Array

    @property
    def per_second(self) -> Array:
        """Events a second in each stretch."""
        return self.counts * (1e9 / self.step_ns)


def of_times(values_ns: Array) -> Histogram:
    """A histogram of durations or delays in nanoseconds; negative ones (not known) are left out."""
    values = values_ns[values_ns >= 0]
    last = PER_DECADE * MOST_DECADES - 1
    buckets = np.clip(np.floor(np.log10(np.maximum(values, 1)) * PER_DECADE + 1e-9), 0, last).astype(np.int64)
    counts = np.bincount(buckets, minlength=last + 1)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return Histogram(np.array([1.0, 10.0]), np.zeros(1, np.int64))
    low, high = int(filled[0]), int(filled[-1]) + 1
    return Histogram(10 ** (np.arange(low, high + 1) / PER_DECADE), counts[low:high])


def over_time(times_ns: Array, first_ns: int, last_ns: int, steps: int) -> EventRate:
    """How many moments fall in each of so many stretches from `first_ns` to `last_ns`, both ends included."""
    steps = max(1, steps)
    step = max((last_ns - first_ns) / steps, 1.0)
    inside = times_ns[(times_ns >= first_ns) & (times_ns <= last_ns)]
    number = np.minimum(((inside - first_ns) / step).astype(np.int64), steps - 1)
    return EventRate(first_ns, step, np.bincount(number, minlength=steps))
