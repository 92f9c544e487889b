"""Whether two calls that both failed did so in the same way: the type and the message count, tracebacks do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.forest import Forest
from bus.analysis.diff.hashing import together
from bus.analysis.diff.labels import without_internals
from bus.trace.trace import Trace

Array = npt.NDArray[Any]


def other_errors(a: Forest, b: Forest, calls_a: Array, calls_b: Array) -> Array:
    """Which of these pairs of nodes, of calls that failed, have another error."""
    digests = a.digest[calls_a], b.digest[calls_b]
    suspects = np.flatnonzero(digests[0] != digests[1])
    # Many calls fail alike, and a traceback names the same lines: each pair of errors is read once.
    _, example, kind = np.unique(
        together(digests[0][suspects], digests[1][suspects]), return_index=True, return_inverse=True
    )
    differ = [
        error_text(a.trace, int(calls_a[at]) - a.dispatches) != error_text(b.trace, int(calls_b[at]) - b.dispatches)
        for at in suspects[example].tolist()
    ]
    return np.asarray(suspects[np.array(differ, bool)[kind]])


def error_text(trace: Trace, call: int) -> str:
    """Type and message of a call's error, without what changes from run to run; empty where none is known."""
    error = trace.error(call)
    if error is None:
        return ""
    return without_internals(f"{error.type}: {error.message}" if error.message else error.type)
