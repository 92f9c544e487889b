"""Handlers that feed each other: events that lead to themselves again, round after round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.causality import ancestors
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import duration, several

Array = npt.NDArray[Any]

ROUNDS = 10
"""Fewer are a program that goes to and fro."""

NESTED = 100
"""So many emits inside each other are on the way to the end of Python's stack (1,000 frames)."""

MANY_ROUNDS = 1_000
TIGHT_NS = 1_000_000
"""Rounds that are so close follow each other without waiting for anything."""

DOUBLED = 8
"""Generations of a loop in a row each of which is at least twice as large as the one before."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Loop by loop, the one with the most dispatches first."""
    loops = observed.loops
    if loops is None:
        return
    inside = np.flatnonzero(loops.loop >= 0)
    for _, places in Groups(loops.loop[inside]).largest(ROUNDS):
        found = _of_loop(observed, inside[places])
        if found is not None:
            yield found


DETECTOR = Detector("feedback-storm", "Storm and feedback", find)


@dataclass(frozen=True, slots=True)
class _Way:
    """The longest way through a loop, as it was gone."""

    steps: list[str]
    """One round: event, handler, event, … up to the first event again."""

    rounds: int
    nested: int
    """How many calls were under way inside each other at its end."""

    recursion: bool
    """Whether Python's stack was full."""

    time_ns: int
    handler: int
    calls: list[int]


def _of_loop(observed: Observed, rows: Array) -> Finding | None:
    loops, trace = observed.loops, observed.trace
    assert loops is not None
    depth = loops.depth[rows]
    deepest = int(rows[np.argmax(depth)])
    way = _way(observed, deepest, int(depth.max()))
    doubled = _doubles(depth)
    if way.rounds < ROUNDS and not way.recursion and not doubled:
        return None
    begin = int(loops.begin[deepest])
    mine = rows[loops.begin[rows] == begin]
    events = way.steps[::2]
    tight = way.rounds >= MANY_ROUNDS and way.time_ns < way.rounds * TIGHT_NS
    if way.recursion:
        severity, what = Severity.ERROR, ", until Python's stack was full"
    elif doubled:
        severity, what = Severity.WARNING, ", and each round has more of them than the one before"
    elif way.nested >= NESTED:
        severity, what = Severity.WARNING, f", {way.nested} emits inside each other"
    elif tight:
        severity, what = Severity.WARNING, ", without ever waiting"
    else:
        severity, what = Severity.HINT, ""
    chain = " → ".join(way.steps)
    place = observed.handler_place(way.handler)
    return Finding(
        DETECTOR.id, severity,
        f"{events[0]} leads to itself again: 1 became {several(len(mine), 'event')} in {duration(way.time_ns)}{what}",
        f"{chain}. The longest way goes round {several(way.rounds, 'time')}; no code says so in one place.",
        "Let a handler not emit what leads to it again, or give the loop a condition that ends it.",
        observed.on_dispatches(
            mine, calls=tuple(trace.calls.id[way.calls].tolist()),
            numbers=(("rounds", f"{way.rounds:,}"), ("inside each other", f"{way.nested:,}")),
        ),
        tuple(sorted(dict.fromkeys(events))), place,
    )  # fmt: skip


def _way(observed: Observed, deepest: int, depth: int) -> _Way:
    trace = observed.trace
    calls = trace.calls
    chain = ancestors(trace, "dispatch", deepest, 2 * min(depth, 5_000))
    dispatches = [deepest, *(row for kind, row in chain if kind == "dispatch")]
    between = np.array([row for kind, row in chain if kind == "call"], np.int64)
    now = int(trace.dispatches.emitted_ns[deepest])
    ended = calls.ended_ns[between]
    events = [int(each) for each in trace.events.firsts(trace.dispatches.event[np.array(dispatches)])]
    again = next((at for at, event in enumerate(events) if at and event == events[0]), len(events) - 1)
    steps: list[str] = []
    for at in range(again, -1, -1):
        steps.append(observed.text(events[at]))
        if at:
            steps.append(observed.text(int(calls.handler[between[at - 1]])))
    served = observed.calls_of(np.array(dispatches))
    failed = np.intersect1d(served, observed.failed_calls)
    errors = (trace.error(int(row)) for row in failed[-20:])
    return _Way(
        steps,
        depth // max(1, again),
        int(np.count_nonzero((ended < 0) | (ended >= now))),
        any(error is not None and error.type.rpartition(".")[2] == "RecursionError" for error in errors),
        now - int(trace.dispatches.emitted_ns[dispatches[-1]]),
        int(calls.handler[between[0]]) if len(between) else 0,
        between[:20].tolist(),
    )


def _doubles(depth: Array) -> bool:
    """Whether generations grow and grow."""
    sizes = np.bincount(depth)
    grows = (sizes[1:] >= 2 * sizes[:-1]) & (sizes[:-1] > 0)
    run = 0
    for each in grows[:64].tolist():
        run = run + 1 if each else 0
        if run >= DOUBLED:
            return True
    return False
