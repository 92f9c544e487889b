"""At which height each node of a column stands: as near to those it is joined to as order and room allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SWEEPS = 8
MANY = 4_000
"""Places from which on half of the sweeps must do."""


def heights(columns: Sequence[Sequence[int]], steps: Array, sizes: Array, go_on: Callable[[], None]) -> Array:
    """The middle of each node, downwards, the highest edge at 0. sizes: height of each with the room around it."""
    middle = np.zeros(len(sizes))
    offsets = []
    for column in columns:
        own = sizes[list(column)]
        offsets.append(np.cumsum(own) - own / 2)
        middle[list(column)] = offsets[-1] - own.sum() / 2
    beside = [np.concatenate([steps[:, at], steps[:, 1 - at]]) for at in (0, 1)]
    for sweep in range(SWEEPS if len(sizes) < MANY else SWEEPS // 2):
        go_on()
        order = range(len(columns)) if sweep % 2 == 0 else range(len(columns) - 1, -1, -1)
        sums = np.bincount(beside[0], weights=middle[beside[1]], minlength=len(sizes))
        counts = np.bincount(beside[0], minlength=len(sizes))
        wanted = np.where(counts > 0, sums / np.maximum(counts, 1), middle)
        for at in order:
            column = list(columns[at])
            middle[column] = _in_order(wanted[column] - offsets[at]) + offsets[at]
    return middle - (middle - sizes / 2).min() if len(middle) else middle


def _in_order(wanted: Array) -> Array:
    """The nearest numbers (least squares) that never fall: neighbours that would fall share their mean."""
    sums: list[float] = []
    counts: list[int] = []
    for value in wanted.tolist():
        total, count = value, 1
        while sums and sums[-1] / counts[-1] > total / count:
            total, count = total + sums.pop(), count + counts.pop()
        sums.append(total)
        counts.append(count)
    return np.repeat(np.array(sums) / np.maximum(counts, 1), counts) if sums else np.zeros(0)
