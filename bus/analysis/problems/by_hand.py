"""What a person has interfered with at breakpoints: what became of it blames nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.observed import Observed

Array = npt.NDArray[Any]


def dispatches(observed: Observed) -> Array:
    """Which dispatches, a mask; one more at the end stands for an unknown one, and is never."""
    rows = observed.trace.dispatches.rows_of(observed.trace.interventions.view("dispatch"))
    found = np.zeros(len(observed.trace.dispatches) + 1, bool)
    found[rows[rows >= 0]] = True
    return found


def calls(observed: Observed, rows: Array) -> Array:
    """Which of these calls are of such a dispatch."""
    return np.asarray(dispatches(observed)[observed.dispatch_of_call[rows]])
