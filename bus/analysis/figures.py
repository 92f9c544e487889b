"""What one run did, in the numbers by which engines are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bus.analysis import numbers
from bus.analysis.statistics import Quantiles, quantiles_of
from bus.trace.trace import Trace
from buslens.records import Outcome

COMPARED = (
    "emitted",
    "delivered",
    "lost",
    "kept",
    "twice",
    "out_of_order",
    "dead",
    "failed",
    "retried",
    "open",
    "handled",
)
"""Words of bus/number_words.py, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What one run did: numbers as bus/number_words.py defines them, and times in nanoseconds."""

    emitted: int
    handled: int
    retried: int
    kept: int
    open: int
    dead: int
    lost: int
    delivered: int
    twice: int
    out_of_order: int
    failed: int

    queue_delay: Quantiles
    """Of all calls: start minus emit."""

    latency: Quantiles
    """Of all events whose calls ended: the last call's end minus emit."""


def of_trace(trace: Trace) -> RunFigures:
    """The figures of one run, counted from its trace."""
    counted = numbers.of_trace(trace)
    dispatches = trace.dispatches
    ended = ~np.isin(dispatches.outcome, (Outcome.RUNNING, Outcome.LOST, Outcome.KEPT))
    return RunFigures(
        **{word: counted[word] for word in COMPARED},
        queue_delay=quantiles_of(trace.calls.queue_delay_ns),
        latency=quantiles_of((dispatches.ended_ns - dispatches.emitted_ns)[ended]),
    )
