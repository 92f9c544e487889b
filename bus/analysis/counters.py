"""What the `count` steps of a scenario have counted, at any time of a capture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.trace import Trace

Array = npt.NDArray[Any]

MOST = 50
"""Counters that are told; a scenario may count by computed names."""


@dataclass(frozen=True, slots=True)
class CounterValue:
    """The value of one counter at one time."""

    name: str
    value: int
    by_call: int = 0
    """How much of it one call has added."""


def at(trace: Trace, time_ns: int, call: int = 0) -> list[CounterValue]:
    """The counters that were begun until then, by their first use. call: whose part is told beside the value."""
    counter, value, by, times = (trace.counts.view(each) for each in ("counter", "value", "call", "time_ns"))
    until = times <= time_ns
    told = []
    for name in names(trace):
        mine = (counter == name) & until
        if mine.any():
            added = int(np.count_nonzero(mine & (by == call))) if call else 0
            # A counter only grows: the highest value is the newest, also where threads have recorded out of order.
            told.append(CounterValue(trace.names.text(name), int(value[mine].max()), added))
    return told


def over_time(trace: Trace, name: int, ends: Array) -> Array:
    """What a counter showed at each of these times, which ascend."""
    mine = trace.counts.view("counter") == name
    times, values = trace.counts.view("time_ns")[mine], trace.counts.view("value")[mine]
    order = np.argsort(times, kind="stable")
    shown = np.concatenate([[0], np.maximum.accumulate(values[order])])
    return np.asarray(shown[np.searchsorted(times[order], ends, side="right")])


def names(trace: Trace) -> list[int]:
    """Interned names of the counters, the one that was used first in front."""
    used, first = np.unique(trace.counts.view("counter"), return_index=True)
    return [int(name) for name in used[np.argsort(first)] if name][:MOST]
