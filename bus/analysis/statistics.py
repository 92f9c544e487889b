"""Counts and quantiles per event and per handler, computed from the columns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace import Trace
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of some times, in nanoseconds; NaN each where nothing was measured."""

    p50: float = math.nan
    p95: float = math.nan
    p99: float = math.nan
    max: float = math.nan


@dataclass(frozen=True, slots=True)
class Statistic:
    """One event, or one handler."""

    name: str
    count: int
    """Dispatches of the event, or calls of the handler."""

    failed: int
    """Dispatches in which a call failed, or calls that failed; timed out ones included."""

    lost: int
    """Dispatches that nobody heard; 0 for a handler."""

    queue_delay: Quantiles
    """Call start minus emit, over the calls."""

    duration: Quantiles
    """Call end minus call start, over the calls that ended."""


def by_event(trace: Trace, span: tuple[int, int] | None = None) -> list[Statistic]:
    """One row for each event that was emitted; only emits within `span` (nanoseconds, both ends included) count."""
    dispatches, calls = trace.dispatches, trace.calls
    taken = _within(dispatches.emitted_ns, span)
    owners = dispatches.rows_of(calls.dispatch)
    event_of_call = np.where(owners >= 0, dispatches.event[np.maximum(owners, 0)] if len(dispatches) else 0, 0)
    calls_taken = _within(calls.emitted_ns, span)
    rows = []
    for name, ids in _by_text(trace, NameKind.EVENT).items():
        mine = taken & np.isin(dispatches.event, ids)
        if not mine.any():
            continue
        of_event = calls_taken & np.isin(event_of_call, ids)
        rows.append(
            Statistic(
                name,
                int(mine.sum()),
                int((dispatches.failed[mine] > 0).sum()),
                int((dispatches.outcome[mine] == Outcome.LOST).sum()),
                *_times(trace, of_event),
            )
        )
    return rows


def by_handler(trace: Trace, span: tuple[int, int] | None = None) -> list[Statistic]:
    """One row for each handler that was called; only calls that started within `span` count."""
    calls = trace.calls
    taken = _within(calls.started_ns, span)
    rows = []
    for name, ids in _by_text(trace, NameKind.HANDLER).items():
        mine = taken & np.isin(calls.handler, ids)
        if mine.any():
            failed = np.isin(calls.outcome[mine], (Outcome.FAILED, Outcome.TIMED_OUT))
            rows.append(Statistic(name, int(mine.sum()), int(failed.sum()), 0, *_times(trace, mine)))
    return rows


def quantiles(values: Array) -> Quantiles:
    """By the nearest rank, so that each is a value that occurred."""
    if not len(values):
        return Quantiles()
    found = np.quantile(values, (0.5, 0.95, 0.99, 1.0), method="inverted_cdf")
    return Quantiles(*(int(value) for value in found))


def _times(trace: Trace, taken: Array) -> tuple[Quantiles, Quantiles]:
    calls = trace.calls
    ended = taken & (calls.ended_ns >= 0)
    return quantiles(calls.queue_delay_ns[taken]), quantiles(calls.duration_ns[ended])


def _within(times: Array, span: tuple[int, int] | None) -> Array:
    if span is None:
        return np.ones(len(times), np.bool_)
    return np.asarray((times >= span[0]) & (times <= span[1]))


def _by_text(trace: Trace, kind: NameKind) -> dict[str, list[int]]:
    """Ids by name: a handler of several events has an id for each."""
    found: dict[str, list[int]] = {}
    for ident in trace.names.ids(kind):
        found.setdefault(trace.names.text(ident), []).append(ident)
    return found
