"""A queue in virtual time, M/M/1, beside SimPy: how many jobs a second are simulated, and what a run records meanwhile.

*Buslens* is a whole scenario on the real pyee in virtual time, through `Session`, with every record taken in; its jobs
stand in line by `concurrency: 1`. *SimPy* keeps nothing but the time that each job took. They take turns, in seconds of
the processor; the ratio is the median of the turns. *mean time* is that of a job from its arrival to its end, which is
5 ms by the formula: so both simulate the same. simloop was not to be had for this Python.
"""

from __future__ import annotations

import importlib.util
import math
import random
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from bus.scenario import loads
from bus.session import Session
from bus.settings import Settings

JOBS = 20_000
TURNS = 3
TARGET = ">= 0.25 x SimPy"
ARRIVAL_MS, SERVICE_MS = 1.25, 1.0
PATIENCE_S = 600.0

SCENARIO = f"""buslens: 1
seed: 7
engine: pyee-asyncio
events: {{job: {{}}}}
handlers:
  serve: {{on: job, concurrency: 1, do: [{{wait: exponential {SERVICE_MS}ms}}]}}
script: [{{emit: job, times: JOBS, every: exponential {ARRIVAL_MS}ms}}]
"""

Row = dict[str, object]


def measure(jobs: int = JOBS) -> list[Row]:
    """One row for the speed, one for the mean time of a job."""
    if importlib.util.find_spec("simpy") is None:
        return [{"figure": "not measured: SimPy is not installed"}]
    turns = [(_with_simpy(jobs), _with_buslens(jobs)) for _ in range(TURNS)]
    rates = [(jobs / simpy[0], jobs / ours[0]) for simpy, ours in turns]
    speed = {
        "figure": "jobs/s",
        "target": TARGET,
        "SimPy": statistics.median(simpy for simpy, _ours in rates),
        "Buslens": statistics.median(ours for _simpy, ours in rates),
        "Buslens / SimPy": statistics.median(ours / simpy for simpy, ours in rates),
    }
    means = {"SimPy": turns[0][0][1], "Buslens": turns[0][1][1], "Buslens / SimPy": ""}
    return [speed, {"figure": "mean time of a job, ms", "target": "5 by the formula", **means}]


def _with_simpy(jobs: int) -> tuple[float, float]:
    """Seconds, and the mean time of a job in milliseconds."""
    import simpy

    draws, environment, times = random.Random(7), simpy.Environment(), list[float]()
    server = simpy.Resource(environment)

    def serve() -> Iterator[Any]:
        came = environment.now
        with server.request() as turn:
            yield turn
            yield environment.timeout(draws.expovariate(1 / SERVICE_MS))
        times.append(environment.now - came)

    def arrive() -> Iterator[Any]:
        for _ in range(jobs):
            yield environment.timeout(draws.expovariate(1 / ARRIVAL_MS))
            environment.process(serve())

    began = time.process_time()
    environment.process(arrive())
    environment.run()
    return time.process_time() - began, statistics.fmean(times)


def _with_buslens(jobs: int) -> tuple[float, float]:
    session = Session(Settings(), trusted=lambda _content: False)
    session.document = loads(SCENARIO.replace("JOBS", str(jobs)), "mm1")
    try:
        began = time.process_time()
        session.start(speed=math.inf)
        if not session.wait(PATIENCE_S):
            raise TimeoutError(f"{jobs} jobs were not done in {PATIENCE_S:g} s")
        session.pump()
        spent = time.process_time() - began
        trace = session.trace
        return spent, float((trace.dispatches.ended_ns - trace.dispatches.emitted_ns).mean()) / 1e6
    finally:
        session.close()


if __name__ == "__main__":
    for each in measure(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS):
        print(each)
