"""Numbers of 64 bits that stand for what is compared: equal things have equal ones, others as good as never.

Four million different things have two that share a number in one of two million comparisons.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def mixed(numbers: Array) -> Array:
    """Each number scattered over all 64 bits: the last step of SplitMix64 (Steele, Lea and Flood, 2014)."""
    found = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    found ^= found >> np.uint64(30)
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(27)
    found *= np.uint64(0x94D049BB133111EB)
    found ^= found >> np.uint64(31)
    return found


def together(first: Array, second: Array) -> Array:
    """One number for two, whose order counts."""
    return mixed(mixed(first) + second.astype(np.uint64))
