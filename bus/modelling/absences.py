"""When a handler was not subscribed although events came that it hears: faults of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling import spread
from bus.scenario.distribution import spelled

Array = npt.NDArray[Any]

MOST = 20
"""Of one handler; who comes and goes more often is told only so many times."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which a handler was not subscribed."""

    begins_ns: int
    ends_ns: int | None
    """None: to the end."""

    missed: int
    """Events that came meanwhile."""


def seen(times_ns: Array, added: Array, emitted_ns: Array, begins_ns: int) -> list[Absence]:
    """Those in which events came; none where the capture does not say when the handler was subscribed.

    times_ns, added: its subscriptions, and whether each was made or ended; emitted_ns: the events that it hears.
    """
    if not len(times_ns) or not added.any():
        return []
    order = np.argsort(times_ns, kind="stable")
    times, steps = times_ns[order], np.where(added[order] > 0, 1, -1)
    count = np.cumsum(steps)
    count -= min(int(count.min()), 0)  # those that were there before the capture began
    before = int(count[0] - steps[0])
    gone = np.r_[before, count] <= 0
    edges = np.r_[begins_ns, times]
    emitted = np.sort(emitted_ns)
    found: list[Absence] = []
    for at in np.flatnonzero(gone):
        first, last = int(edges[at]), int(edges[at + 1]) if at + 1 < len(edges) else None
        until = len(emitted) if last is None else np.searchsorted(emitted, last, "left")
        missed = int(until - np.searchsorted(emitted, first, "right" if at else "left"))
        if missed > 0:
            found.append(Absence(first - begins_ns, None if last is None else last - begins_ns, missed))
    return found[:MOST]


def fault(handler: str, absence: Absence) -> dict[str, Any]:
    """The fault that takes a handler away for that time."""
    said: dict[str, Any] = {"absent": handler}
    if absence.begins_ns:
        said["at"] = spelled(spread.rounded(absence.begins_ns))
    if absence.ends_ns is not None:
        said["for"] = spelled(spread.rounded(absence.ends_ns - absence.begins_ns))
    return said
