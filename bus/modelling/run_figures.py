"""What a run comes to, in the numbers by which a scenario and a change of it are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.statistics import quantiles_of
from bus.modelling.measuring import Measured, Measurements
from bus.trace.trace import Trace
from buslens.records import NameKind

Array = npt.NDArray[Any]

NANOSECONDS, SHARE, COUNT = "ns", "share", "count"
"""What a figure is in."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Which number it is."""

    subject: str
    """flow, `event NAME` or `handler NAME`."""

    what: str
    """Such as latency p99."""

    unit: str


def figures_of(trace: Trace) -> dict[Figure, float]:
    """Every number of one run; NaN where nothing was measured."""
    measurements = Measurements(trace)
    found: dict[Figure, float] = {}
    flow = flow_times(trace)
    for what, value in _spread("latency", flow).items():
        found[Figure("flow", what, NANOSECONDS)] = value
    found[Figure("flow", "count", COUNT)] = len(np.unique(trace.dispatches.root))
    for name, ident in measurements.named(NameKind.EVENT).items():
        event = measurements.event(ident)
        found |= _counted(f"event {name}", event)
        for what, value in _spread("latency", event.times["latency"]).items():
            found[Figure(f"event {name}", what, NANOSECONDS)] = value
    for name, ident in measurements.named(NameKind.HANDLER).items():
        handler = measurements.handler(ident)
        found |= _counted(f"handler {name}", handler)
        for kind in handler.times:
            for what, value in _spread(kind, handler.times[kind]).items():
                found[Figure(f"handler {name}", what, NANOSECONDS)] = value
        found[Figure(f"handler {name}", "longest queue", COUNT)] = measurements.longest_queue(ident)
    return found


def flow_times(trace: Trace) -> Array:
    """From each emit from outside to the end of everything that it led to; nanoseconds.

    Not of those of which something has not ended, as in a run in which nothing can happen any more.
    """
    dispatches = trace.dispatches
    if not len(dispatches):
        return np.empty(0, np.int64)
    root = dispatches.rows_of(dispatches.root)
    known = root >= 0
    ends = dispatches.emitted_ns.astype(np.int64, copy=True)
    np.maximum.at(ends, root[known], dispatches.ended_ns[known])
    roots = np.setdiff1d(root[known], root[known & (dispatches.open > 0)])
    return np.asarray(ends[roots] - dispatches.emitted_ns[roots])


def _counted(subject: str, measured: Measured) -> dict[Figure, float]:
    share = measured.failed / measured.calls if measured.calls else math.nan
    return {Figure(subject, "count", COUNT): measured.count, Figure(subject, "failed", SHARE): share}


def _spread(what: str, times: Array) -> dict[str, float]:
    found = quantiles_of(times)
    mean = float(times.mean()) if len(times) else math.nan
    return {f"{what} mean": mean, f"{what} p50": found.p50, f"{what} p95": found.p95, f"{what} p99": found.p99}
