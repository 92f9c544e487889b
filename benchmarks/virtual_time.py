"""Runs in virtual time beside SimPy: how many jobs a second are simulated, and what a run records meanwhile.

*Real bus* is a whole scenario on the real pyee in virtual time, through `Session`, with every record taken in. *Kernel*
is the same scenario on models (docs/simulation.md), which makes the same capture. *SimPy* keeps nothing but the time
that each job took. They take turns, in seconds of the processor; ratios are medians of the turns. *One server* stands
in line by `concurrency: 1`; *four workers* are `worker: process`, four times as busy; in *fan-out* each event has three
handlers, one of which emits the next, four levels deep. *Mean time* is that of a job of the one server from its arrival
to its end, which is 5 ms by the formula: so all simulate the same. *Explore* is `ten-runners`, recorded and judged, by
one process; *explore* has simloop beside it.
"""

from __future__ import annotations

import importlib.util
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from bus.behaviour.places import Lines
from bus.exploration.explorer import Explorer, Plan, collecting_seldom
from bus.exploration.program import Program
from bus.kernel.kernel import Kernel
from bus.run.order import Order
from bus.run.stage import MOST_IN_FLIGHT
from bus.runtime.clock import FULL_SPEED
from bus.scenario import SAMPLES, load, loads
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace

JOBS = 20_000
TURNS = 3
RUNS = 1_000
HOUR_S = 3_600
ARRIVAL_MS, SERVICE_MS, WORKERS = 1.25, 1.0, 4
PATIENCE_S = 600.0
MOST_BYTES = 1 << 30

ONE_SERVER = f"""buslens: 1
seed: 7
engine: pyee-asyncio
events: {{job: {{}}}}
handlers:
  serve: {{on: job, concurrency: 1, do: [{{wait: exponential {SERVICE_MS}ms}}]}}
script: [{{emit: job, times: JOBS, every: exponential {ARRIVAL_MS}ms}}]
"""
FOUR_WORKERS = ONE_SERVER.replace("concurrency: 1", f"worker: process, parallel: {WORKERS}").replace(
    f"exponential {ARRIVAL_MS}ms", f"exponential {ARRIVAL_MS / WORKERS}ms"
)
FAN_OUT = """buslens: 1
seed: 7
events: {a: {}, b: {}, c: {}, d: {}}
handlers:
  look: {on: "*", do: [{wait: 1ms}]}
  note: {on: "*", do: [{wait: 2ms}]}
  one: {on: a, do: [{wait: exponential 1ms}, {emit: b}]}
  two: {on: b, do: [{wait: exponential 1ms}, {emit: c}]}
  three: {on: c, do: [{wait: exponential 1ms}, {emit: d}]}
  last: {on: d, do: [{wait: exponential 1ms}]}
script: [{emit: a, times: JOBS, every: exponential 2ms}]
"""
AN_HOUR = f"""buslens: 1
events: {{a: {{}}}}
handlers: {{h: {{on: a, do: [{{wait: exponential 5ms}}]}}}}
script: [{{emit: a, rate: poisson 100/s, for: {HOUR_S}s}}]
"""

Row = dict[str, object]
Steps = Generator[Any, Any, Any]
Timed = tuple[float, float]
"""Seconds of the processor, and the mean time of a job in milliseconds."""


def measure(jobs: int = JOBS) -> list[Row]:
    """A row for each figure."""
    if importlib.util.find_spec("simpy") is None:
        return [{"figure": "not measured: SimPy is not installed"}]
    fifth = jobs // 5
    one = [(with_simpy(jobs, 1), _with_session(jobs), in_kernel(ONE_SERVER, jobs)) for _ in range(TURNS)]
    four = [(with_simpy(jobs, WORKERS), in_kernel(FOUR_WORKERS, jobs)) for _ in range(TURNS)]
    fan_out = [(_fan_out_with_simpy(fifth), in_kernel(FAN_OUT, fifth)) for _ in range(TURNS)]
    means = {"SimPy": one[0][0][1], "real bus": one[0][1][1], "kernel": one[0][2][1]}
    return [
        compared("one server, jobs/s, real bus", ">= 0.25 x SimPy", "real bus", jobs, [(s, r) for s, r, _ in one]),
        compared("one server, jobs/s", ">= 1.0 x SimPy", "kernel", jobs, [(s, k) for s, _, k in one]),
        compared("fan-out, jobs/s", ">= 1.0 x SimPy", "kernel", fifth, fan_out),
        compared("four workers, jobs/s", ">= 0.5 x SimPy", "kernel", jobs, four),
        {"figure": "one server, mean time, ms", "target": "5 by the formula", **means},
        {"figure": "explore, runs/s", "target": ">= 500", "kernel": _explored(_explore_in_kernel),
         "real bus": _explored(_explore_for_real)},
        {"figure": "an hour with 100 events/s, s", "target": "<= 10", "kernel": in_kernel(AN_HOUR, 0)[0]},
    ]  # fmt: skip


def compared(figure: str, target: str, ours: str, jobs: int, turns: list[tuple[Timed, Timed]]) -> Row:
    """A row: SimPy's jobs a second beside ours, each as often as there were turns."""
    return {
        "figure": figure,
        "target": target,
        "SimPy": statistics.median(jobs / simpy[0] for simpy, _ in turns),
        ours: statistics.median(jobs / mine[0] for _, mine in turns),
        "ours / SimPy": statistics.median(simpy[0] / mine[0] for simpy, mine in turns),
    }


def with_simpy(jobs: int, servers: int) -> Timed:
    """So many jobs for servers that are each as busy as the one of `ONE_SERVER`, in SimPy."""
    import simpy

    draws, environment, times = random.Random(7), simpy.Environment(), list[float]()
    server = simpy.Resource(environment, servers)

    def serve() -> Steps:
        came = environment.now
        with server.request() as turn:
            yield turn
            yield environment.timeout(draws.expovariate(1 / SERVICE_MS))
        times.append(environment.now - came)

    def arrive() -> Steps:
        for _ in range(jobs):
            yield environment.timeout(draws.expovariate(servers / ARRIVAL_MS))
            environment.process(serve())

    began = time.process_time()
    environment.process(arrive())
    environment.run()
    return time.process_time() - began, statistics.fmean(times)


def _fan_out_with_simpy(jobs: int) -> Timed:
    import simpy

    draws, environment, times = random.Random(7), simpy.Environment(), list[float]()

    def take(ms: float) -> Steps:
        yield environment.timeout(ms)
        times.append(ms)

    def handle(levels: int) -> Steps:
        environment.process(take(1.0))
        environment.process(take(2.0))
        ms = draws.expovariate(1.0)
        yield environment.timeout(ms)
        times.append(ms)
        if levels > 1:
            environment.process(handle(levels - 1))

    def arrive() -> Steps:
        for _ in range(jobs):
            yield environment.timeout(draws.expovariate(0.5))
            environment.process(handle(4))

    began = time.process_time()
    environment.process(arrive())
    environment.run()
    return time.process_time() - began, statistics.fmean(times)


def _with_session(jobs: int) -> Timed:
    session = Session(Settings(), trusted=lambda _content: False)
    session.document = loads(ONE_SERVER.replace("JOBS", str(jobs)), "mm1")
    try:
        began = time.process_time()
        session.start(speed=math.inf)
        if not session.wait(PATIENCE_S):
            raise TimeoutError(f"{jobs} jobs were not done in {PATIENCE_S:g} s")
        session.pump()
        spent = time.process_time() - began
        return spent, _mean_ms(session.trace)
    finally:
        session.close()


def in_kernel(text: str, jobs: int) -> Timed:
    """A run of a scenario in the kernel, with so many JOBS."""
    with tempfile.TemporaryDirectory(prefix="buslens-") as folder:
        path = Path(folder) / "queue.yaml"
        path.write_text(text.replace("JOBS", str(jobs)), encoding="utf-8")
        document = load(path)
    scenario = document.scenario
    order = Order(scenario.engine, scenario.seed, FULL_SPEED)
    lines = Lines(document)
    kernel = Kernel(scenario, order, lines, lane="engine", most_bytes=MOST_BYTES, most_in_flight=MOST_IN_FLIGHT)
    began = time.process_time()
    run = kernel.run()
    spent = time.process_time() - began
    trace = Trace()
    trace.feed(run.data)
    return spent, _mean_ms(trace)


def _mean_ms(trace: Trace) -> float:
    return float((trace.dispatches.ended_ns - trace.dispatches.emitted_ns).mean()) / 1e6


def _explored(run: Callable[[Program], None]) -> float:
    """Runs a second."""
    program = Program(load(next(each.path for each in SAMPLES if each.id == "ten-runners")))
    with collecting_seldom():
        began = time.process_time()
        run(program)
        return RUNS / (time.process_time() - began)


def _explore_in_kernel(program: Program) -> None:
    explorer = Explorer(program, Plan())
    for _ in range(RUNS):
        explorer.run_next()


def _explore_for_real(program: Program) -> None:
    program.run = program.run_real  # type: ignore[method-assign]
    _explore_in_kernel(program)


if __name__ == "__main__":
    for each in measure(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS):
        print(each)
