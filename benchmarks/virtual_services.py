"""Services, calls that are made again and modelled brokers in virtual time beside SimPy: jobs simulated a second.

As [virtual time](#virtual-time), of which this goes on. A service has four workers, which are as busy as they can be,
and eight places in its queue: where these are taken the oldest is *dropped* (in SimPy the newest: nothing is told of
either), or whoever emits *waits*. *Called again*: a tenth of the calls fails by a fault, is recorded with its traceback
and made again after a while, three times at most. *sqlite-model* is one handler on the model of that engine, which the
kernel does not take: it runs on the real bus. *Explore* is such a scenario of ten events on each of the models.
"""

from __future__ import annotations

import importlib.util
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.virtual_time import TURNS, Row, Steps, Timed, compared, in_kernel, with_simpy
from bus.exploration.explorer import Explorer, Plan, collecting_seldom
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads

JOBS = 10_000
RUNS = 100
WORKERS, PLACES = 4, 8
ARRIVAL_MS, SERVICE_MS = 0.25, 1.0
FAILING, ATTEMPTS, BACKOFF_MS = 0.1, 3, 2.0
MODELS = ("sqlite-model", "rabbitmq-model", "kafka-model")

_DESK = f"""buslens: 1
seed: 7
engine: pyee-asyncio
events: {{job: {{}}}}
services: {{desk: {{workers: {WORKERS}, QUEUE}}}}
handlers:
  serve: {{on: job, service: desk, SAID do: [{{wait: exponential {SERVICE_MS}ms}}]}}
script: [{{emit: job, times: JOBS, every: exponential {ARRIVAL_MS}ms}}]
"""
DROPPING = _DESK.replace("QUEUE", f"queue: {{limit: {PLACES}, overflow: drop_oldest}}").replace("SAID", "")
BLOCKING = _DESK.replace("QUEUE", f"queue: {{limit: {PLACES}}}").replace("SAID", "")
CALLED_AGAIN = (
    _DESK.replace(", QUEUE", "").replace(
        "SAID", f"retry: {{attempts: {ATTEMPTS}, backoff: exponential {BACKOFF_MS}ms}},"
    )
    + f"faults: [{{fail: serve, probability: {FAILING}}}]\n"
)
ON_A_BROKER = f"""buslens: 1
seed: 7
engine: MODEL
events: {{job: {{}}}}
handlers: {{serve: {{on: job, do: [{{wait: exponential {SERVICE_MS}ms}}]}}}}
script: [{{emit: job, times: JOBS, every: exponential 1.25ms}}]
"""


def measure(jobs: int = JOBS) -> list[Row]:
    """A row for each figure."""
    if importlib.util.find_spec("simpy") is None:
        return [{"figure": "not measured: SimPy is not installed"}]
    fifth, target = jobs // 5, ">= 0.5 x SimPy"
    rows = []
    for figure, simpy, text in (
        ("dropped where the queue is full", _dropping, DROPPING),
        ("waiting where it is full", _blocking, BLOCKING),
        ("called again", _called_again, CALLED_AGAIN),
    ):
        turns = [(simpy(jobs), in_kernel(text, jobs)) for _ in range(TURNS)]
        rows.append(compared(f"{figure}, jobs/s", target, "kernel", jobs, turns))
    turns = [(with_simpy(fifth, 1), _on_a_broker(fifth)) for _ in range(TURNS)]
    rows.append(compared("sqlite-model, jobs/s", target, "real bus", fifth, turns))
    return rows + [
        {"figure": f"explore, {model}, runs/s", "target": "", "real bus": _explored(model)} for model in MODELS
    ]


def _simulated(begin: Callable[[Any, random.Random, list[float]], None]) -> Timed:
    import simpy

    draws, environment, times = random.Random(7), simpy.Environment(), list[float]()
    began = time.process_time()
    begin(environment, draws, times)
    environment.run()
    return time.process_time() - began, sum(times) / max(1, len(times))


def _dropping(jobs: int) -> Timed:
    def begin(environment: Any, draws: random.Random, times: list[float]) -> None:
        import simpy

        desk = simpy.Resource(environment, WORKERS)

        def serve() -> Steps:
            came = environment.now
            with desk.request() as turn:
                yield turn
                yield environment.timeout(draws.expovariate(1 / SERVICE_MS))
            times.append(environment.now - came)

        def arrive() -> Steps:
            for _ in range(jobs):
                yield environment.timeout(draws.expovariate(1 / ARRIVAL_MS))
                if len(desk.queue) < PLACES:
                    environment.process(serve())

        environment.process(arrive())

    return _simulated(begin)


def _blocking(jobs: int) -> Timed:
    def begin(environment: Any, draws: random.Random, times: list[float]) -> None:
        import simpy

        desk, places = simpy.Resource(environment, WORKERS), simpy.Resource(environment, PLACES)

        def serve(place: Any) -> Steps:
            came = environment.now
            with desk.request() as turn:
                yield turn
                places.release(place)
                yield environment.timeout(draws.expovariate(1 / SERVICE_MS))
            times.append(environment.now - came)

        def arrive() -> Steps:
            for _ in range(jobs):
                yield environment.timeout(draws.expovariate(1 / ARRIVAL_MS))
                place = places.request()
                yield place
                environment.process(serve(place))

        environment.process(arrive())

    return _simulated(begin)


def _called_again(jobs: int) -> Timed:
    def begin(environment: Any, draws: random.Random, times: list[float]) -> None:
        import simpy

        desk = simpy.Resource(environment, WORKERS)

        def serve() -> Steps:
            came = environment.now
            for _ in range(ATTEMPTS):
                with desk.request() as turn:
                    yield turn
                    if draws.random() >= FAILING:
                        yield environment.timeout(draws.expovariate(1 / SERVICE_MS))
                        break
                yield environment.timeout(draws.expovariate(1 / BACKOFF_MS))
            times.append(environment.now - came)

        def arrive() -> Steps:
            for _ in range(jobs):
                yield environment.timeout(draws.expovariate(1 / ARRIVAL_MS))
                environment.process(serve())

        environment.process(arrive())

    return _simulated(begin)


def _on_a_broker(jobs: int) -> Timed:
    program = Program(loads(ON_A_BROKER.replace("MODEL", MODELS[0]).replace("JOBS", str(jobs)), "queue"))
    began = time.process_time()
    program.run_real(Choices())
    return time.process_time() - began, 0.0


def _explored(model: str) -> float:
    """Runs a second."""
    explorer = Explorer(Program(loads(ON_A_BROKER.replace("MODEL", model).replace("JOBS", "10"), "queue")), Plan())
    with collecting_seldom():
        began = time.process_time()
        for _ in range(RUNS):
            explorer.run_next()
        return RUNS / (time.process_time() - began)


if __name__ == "__main__":
    for each in measure(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS):
        print(each)
