"""Captures of queues by hand: arrivals, workers that take one job after the other, and what these emit in the end."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from buslens.wire import Header

SECOND = 1_000_000_000
Draw = Callable[[random.Random], float]


def queue_trace(
    jobs: int, *, arrivals: float, service: Draw, workers: int = 1, failures: float = 0.0, locked: bool = False,
    seed: int = 1,
) -> Trace:  # fmt: skip
    """Jobs that come as a Poisson process of so many a second; service: seconds that one takes.

    failures: share of jobs that fail; the others emit `done`, which nobody hears. locked: calls begin at once, and
    wait inside.
    """
    rng = random.Random(seed)
    now = 0.0
    free = [0.0] * workers
    facts: list[tuple[float, int, int, str]] = []
    for number in range(jobs):
        now += rng.expovariate(arrivals)
        begun = max(now, heapq.heappop(free))
        ended = begun + service(rng)
        heapq.heappush(free, ended)
        fails = rng.random() < failures
        facts.append((now, 0, number, "emit"))
        facts.append((now if locked else begun, 1, number, "start"))
        if not fails:
            facts.append((ended, 2, number, "done"))
        facts.append((ended, 3, number, "fail" if fails else "end"))
    return _recorded(sorted(facts))


def _recorded(facts: list[tuple[float, int, int, str]]) -> Trace:
    clock = [0]
    recorder = Recorder(clock_ns=lambda: clock[0], header=Header("jobs.py", 1, "desk", 0, 0, "virtual", {}))
    job, done = recorder.event("job"), recorder.event("done")
    serve = recorder.handler("main.<locals>.serve", "/srv/jobs.py", 8, "job")
    lane = recorder.lane("MainThread")
    recorder.handler_added(serve, job)
    dispatch: dict[int, int] = {}
    call: dict[int, int] = {}
    for time, _, number, what in facts:
        clock[0] = round(time * SECOND)
        if what == "emit":
            dispatch[number] = recorder.next_id()
            recorder.dispatch(dispatch[number], 0, job, lane, 1, {"id": number, "kind": "ab"[number % 2]}, True)
        elif what == "start":
            call[number] = recorder.next_id()
            recorder.call_started(call[number], dispatch[number], serve, lane, 1, Flag.ASYNC)
        elif what == "done":
            recorder.dispatch(recorder.next_id(), call[number], done, lane, 0, {"id": number}, True)
        else:
            error = ValueError("no") if what == "fail" else None
            recorder.call_ended(call[number], Outcome.FAILED if error else Outcome.OK, error)
    trace = Trace()
    trace.feed(recorder.take())
    trace.finish()
    return trace
