"""How a bus is loaded over time: what happens a second, and how much waits or runs at once.

Computed from the columns of a trace, whatever made it. Levels are exact: the highest value inside each step, so that a
burst of a microsecond is seen at any zoom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import counters, histogram, numbers
from bus.find import rows as trace_rows
from bus.find.rows import Filter
from bus.picture.backlog import Backlog
from bus.trace.trace import Trace
from buslens.records import Outcome

Array = npt.NDArray[Any]
Span = tuple[int, int]

EVENTS, CALLS, FAILURES, LOST = "Events", "Calls", "Failures", "Lost events"
WAITING, RUNNING = "Waiting calls", "Running calls"
QUEUED, UNSETTLED = "Events in queues", "Events not acknowledged"


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over time: a value for each step."""

    title: str
    """One of the words above."""

    is_rate: bool
    """True: so many a second. False: so many at once, the highest number inside each step."""

    values: Array
    """One for each step."""

    meaning: str
    """One sentence that defines it."""

    unit: str = " at once"
    """Behind a value."""


@dataclass(frozen=True, slots=True)
class OverTime:
    """Several quantities over the same steps of time."""

    first_ns: int
    step_ns: float
    series: tuple[Series, ...]

    def stretch(self, step: int) -> Span:
        """First and last nanosecond of a step."""
        begin = self.first_ns + round(step * self.step_ns)
        return begin, begin + max(1, round(self.step_ns))


def of_trace(trace: Trace, wanted: Filter, span: Span | None, steps: int) -> OverTime:
    """Count in so many steps of `span`, or of the whole trace; only what the filter leaves.

    What queues hold is said by deliveries, which no filter can tell apart: it is left out where there is a filter.
    """
    first, last = span or trace.span_ns
    dispatches, calls = trace.dispatches, trace.calls
    emits = trace_rows.rows(trace, "dispatches", wanted)
    runs = trace_rows.rows(trace, "calls", wanted)
    outcome, emitted = dispatches.outcome[emits], dispatches.emitted_ns[emits]
    started, ended = calls.started_ns[runs], calls.ended_ns[runs]
    failed = numbers.ended("failed", calls.outcome[runs]) & (ended >= 0)

    def rate(title: str, times: Array, meaning: str) -> Series:
        return Series(title, True, histogram.over_time(times, first, last, steps).per_second, meaning)

    def level(title: str, begins: Array, ends: Array, meaning: str) -> Series:
        return Series(title, False, highest(begins, ends, first, last, steps), meaning)

    # A later attempt waits for its broker, not for its handler: queues say for how long.
    first_tries = calls.attempt[runs] <= 1
    announced = np.repeat(emitted, dispatches.waiting[emits])
    series = [
        rate(EVENTS, emitted, "Events put on the bus a second."),
        rate(CALLS, started, "Calls begun a second."),
        rate(FAILURES, ended[failed], "Calls a second that failed or timed out, at their end."),
        rate(LOST, emitted[outcome == Outcome.LOST], "Events a second that nobody heard and nothing kept."),
        level(
            WAITING,
            np.concatenate([calls.emitted_ns[runs][first_tries], announced]),
            started[first_tries],
            "Handlers that an event was emitted for and that had not begun yet, at once.",
        ),
        level(RUNNING, started, ended[ended >= 0], "Calls that had begun and not ended, at once."),
    ]
    if len(trace.deliveries) and not wanted:
        series += _queues(trace, first, last, steps)
    series += _counters(trace, first, last, steps)
    return OverTime(first, _step(first, last, steps), tuple(series))


def highest(begins: Array, ends: Array, first_ns: int, last_ns: int, steps: int) -> Array:
    """The most that was open at once inside each step: begun at or before a moment, and not ended at it.

    begins, ends: nanoseconds in any order; what never ends has no end here.
    """
    times = np.concatenate([np.sort(begins), np.sort(ends)]).astype(np.int64)
    change = np.concatenate([np.ones(len(begins), np.int64), -np.ones(len(ends), np.int64)])
    # Ends first where times are equal: what begins when another one ends was never open beside it.
    order = np.lexsort((change, times))
    times, open_now = times[order], np.cumsum(change[order])
    edges = first_ns + np.arange(steps + 1) * _step(first_ns, last_ns, steps)
    edges[-1] = last_ns + 1
    at = np.searchsorted(times, edges, side="left")
    before = np.concatenate([[0], open_now])
    found = before[at[:-1]]  # what was open when the step began
    filled = np.flatnonzero(at[1:] > at[:-1])
    if len(filled):
        inside = np.maximum.reduceat(open_now[: at[-1]], at[filled])
        found[filled] = np.maximum(found[filled], inside)
    return np.asarray(np.maximum(found, 0))


def _queues(trace: Trace, first: int, last: int, steps: int) -> list[Series]:
    backlog = Backlog()
    backlog.update(trace)
    ends = (first + np.arange(1, steps + 1) * _step(first, last, steps)).astype(np.int64)
    return [
        Series(QUEUED, False, backlog.depth(ends), "Events that a queue held for a consumer, at the end of each step."),
        Series(
            UNSETTLED,
            False,
            backlog.lag(ends),
            "Events that a broker had and that no consumer had acknowledged, at the end of each step.",
        ),
    ]


def _counters(trace: Trace, first: int, last: int, steps: int) -> list[Series]:
    """The scenario's counters over time; the filter does not touch them, as they belong to no handler."""
    ends = (first + np.arange(1, steps + 1) * _step(first, last, steps)).astype(np.int64)
    meaning = "What the scenario's count steps had counted at the end of each step of time."
    return [
        Series(f"Counter {trace.names.text(name)}", False, counters.over_time(trace, name, ends), meaning, " so far")
        for name in counters.names(trace)
    ]


def _step(first: int, last: int, steps: int) -> float:
    return max((last - first) / steps, 1.0)
