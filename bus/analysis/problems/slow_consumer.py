"""Handlers that fall behind: what comes for them comes faster than they take it, for as long as it comes.

A burst that is worked off is no problem: told only where the backlog grew while events came. Where they came for less
than half of the time it is a hint: a batch that a pool works off behind them looks so too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems import by_hand
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import duration, several

Array = npt.NDArray[Any]

LATE_NS = 1_000_000_000
"""Calls that have waited for less are none that somebody fell behind with."""

LEAST = 20
"""Calls that waited so long, and events in the backlog, before anything is told."""

MOST_LOOKED = 100
"""Handlers with late calls that are looked at."""

LOOKS = 5
"""Times at which the backlog is counted; it must have grown at each."""

MOST_OF = 0.5
"""Of the time in which the handler was at work, that events came in; less is a hint."""

BEHIND = 0.3
"""Of all events that came, that were waiting when the last one came."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler, the one with the most late calls first."""
    calls = observed.trace.calls
    late = np.flatnonzero((calls.started_ns - calls.emitted_ns >= LATE_NS) & (calls.attempt <= 1))
    late = late[~by_hand.calls(observed, late)]
    for handler, _ in Groups(calls.handler[late]).largest(LEAST, MOST_LOOKED):
        found = _of_handler(observed, handler)
        if found is not None:
            yield found


DETECTOR = Detector("slow-consumer", "Slow consumer", find)


def _of_handler(observed: Observed, handler: int) -> Finding | None:
    calls = observed.trace.calls
    rows = np.flatnonzero((calls.handler == handler) & (calls.attempt <= 1) & (observed.dispatch_of_call >= 0))
    rows = rows[~by_hand.calls(observed, rows)]
    emitted, started = np.sort(calls.emitted_ns[rows]), np.sort(calls.started_ns[rows])
    first, last = int(emitted[0]), int(emitted[-1])
    comes = last - first
    if comes < LATE_NS:
        return None
    times = np.linspace(first, last, LOOKS + 1)[1:]
    backlog = np.searchsorted(emitted, times, "right") - np.searchsorted(started, times, "right")
    if np.any(np.diff(backlog) <= 0) or backlog[-1] < max(LEAST, BEHIND * len(rows)):
        return None
    is_most = comes >= MOST_OF * (int(started[-1]) - first)
    taken = int(np.searchsorted(started, last, "right"))
    rate_in, rate_out = (f"{each / comes * 1e9:.3g}/s" for each in (len(rows), taken))
    delay = duration(int((calls.started_ns[rows] - calls.emitted_ns[rows]).max()))
    who, event = observed.text(handler), observed.event_of_call(int(rows[0]))
    waiting = rows[np.argsort(calls.emitted_ns[rows] - calls.started_ns[rows], kind="stable")]
    return Finding(
        DETECTOR.id, Severity.WARNING if is_most else Severity.HINT,
        f"{who} falls behind: {rate_in} of {event} come, {rate_out} are taken",
        f"The backlog grew all the while, to {several(int(backlog[-1]), 'event')}; the last ones waited up to {delay}. "
        + ("Where the queue has an end it will be full, else memory grows." if is_most else
           f"All were taken {duration(int(started[-1]) - last)} after the last one had come."),
        "Let more workers or consumers take them, make the handler faster, or let who emits wait (back-pressure)."
        + ("" if is_most else " Nothing, where it is a batch."),
        observed.on_calls(waiting[:LEAST], count=int(backlog[-1]), numbers=(
            ("rate in", rate_in), ("rate out", rate_out), ("backlog", f"{int(backlog[-1]):,}"), ("longest wait", delay),
        )),
        (who, event), observed.handler_place(handler),
    )  # fmt: skip
