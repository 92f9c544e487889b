"""Queues whose mean wait is known in closed form: what a run measures lies within its confidence interval."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from buslens.records import Outcome

RATE = 80
"""Events a second; a call takes 10 ms in the mean."""

SERVICE_S = 0.01
EVENTS = 12_000
BATCHES = 30
"""Of one run, whose means are nearly independent of each other."""

T_29 = 3.66
"""Quantile of Student's distribution with 29 degrees of freedom, for an interval of 99.9 %."""


def waits_s(run: Any, servers: int, service: str, engine: str) -> np.ndarray:
    """How long each event waited for its turn, without those of the beginning."""
    trace = run(
        "seed: 5\nevents: {a: {}}\n"
        f"handlers: {{h: {{on: a, concurrency: {servers}, do: [{{wait: {service}}}, {{log: x}}]}}}}\n"
        f"script: [{{emit: a, rate: poisson {RATE * servers}/s, times: {EVENTS}}}]",
        engine=engine,
    )
    order = np.argsort(trace.calls.dispatch, kind="stable")
    began, ended = trace.calls.emitted_ns[order].astype(float), trace.calls.ended_ns[order].astype(float)
    return ((ended - began) / 1e9)[EVENTS // 10 :]


def interval(values: np.ndarray) -> tuple[float, float]:
    """Mean, and how far the true one may be from it, by batch means."""
    means = np.array([part.mean() for part in np.array_split(values, BATCHES)])
    return float(means.mean()), T_29 * float(means.std(ddof=1)) / math.sqrt(BATCHES)


def erlang_c(servers: int, load: float) -> float:
    """The chance that an event has to wait. load: of all servers, in servers."""
    tail = load**servers / math.factorial(servers) * servers / (servers - load)
    return tail / (sum(load**n / math.factorial(n) for n in range(servers)) + tail)


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads"])
@pytest.mark.parametrize("servers", [1, 3])
def test_m_m_c(servers: int, engine: str, run: Any) -> None:
    found, apart = interval(waits_s(run, servers, "exponential 10ms", engine))
    load = RATE * SERVICE_S * servers
    waiting = erlang_c(servers, load) * SERVICE_S / (servers - load)
    assert abs(found - (waiting + SERVICE_S)) < apart


def test_m_d_1(run: Any) -> None:
    found, apart = interval(waits_s(run, 1, "10ms", "pyee-asyncio"))
    busy = RATE * SERVICE_S
    waiting = busy / (2 * (1 - busy)) * SERVICE_S
    assert abs(found - (waiting + SERVICE_S)) < apart


@pytest.mark.parametrize(
    ("rate", "limit", "overflow", "engine"),
    [(80, 3, "reject", "pyee-asyncio"), (150, 5, "drop_oldest", "pyee-threads")],
)
def test_m_m_1_k_loses_the_share_that_the_formula_says(
    rate: int, limit: int, overflow: str, engine: str, run: Any
) -> None:
    trace = run(
        service_text(1, f", queue: {{limit: {limit}, overflow: {overflow}}}", f"poisson {rate}/s"), engine=engine
    )
    order = np.argsort(trace.calls.dispatch, kind="stable")
    lost = (trace.calls.outcome[order] != Outcome.OK)[EVENTS // 10 :].astype(float)
    found, apart = interval(lost)
    load, places = rate * SERVICE_S, limit + 1
    share = (1 - load) * load**places / (1 - load ** (places + 1))
    assert abs(found - share) < apart


def test_m_m_c_c_loses_as_erlang_says(run: Any) -> None:
    trace = run(service_text(3, ", queue: {limit: 0, overflow: reject}", "poisson 240/s"))
    order = np.argsort(trace.calls.dispatch, kind="stable")
    found, apart = interval((trace.calls.outcome[order] != Outcome.OK)[EVENTS // 10 :].astype(float))
    load = 240 * SERVICE_S
    erlang_b = load**3 / math.factorial(3) / sum(load**n / math.factorial(n) for n in range(4))
    assert abs(found - erlang_b) < apart


def test_two_services_one_after_the_other_are_two_queues_of_their_own(run: Any) -> None:
    """By Burke's theorem what leaves the first comes to the second as a Poisson process."""
    trace = run(
        "seed: 5\nevents: {a: {}, b: {}}\nservices: {one: {}, two: {workers: 2}}\nhandlers:\n"
        "  g: {on: a, service: one, do: [{wait: exponential 10ms}, {emit: b}]}\n"
        "  h: {on: b, service: two, do: [{wait: exponential 20ms}]}\n"
        f"script: [{{emit: a, rate: poisson {RATE}/s, times: {EVENTS}}}]"
    )
    busy = RATE * SERVICE_S
    first, second = sojourns_s(trace, "g"), sojourns_s(trace, "h")
    for found, expected in (
        (first, SERVICE_S / (1 - busy)),
        (second, erlang_c(2, 2 * busy) * SERVICE_S / (1 - busy) + 2 * SERVICE_S),
        (first + second, SERVICE_S / (1 - busy) + erlang_c(2, 2 * busy) * SERVICE_S / (1 - busy) + 2 * SERVICE_S),
    ):
        mean, apart = interval(found)
        assert abs(mean - expected) < apart


def service_text(workers: int, queue: str, rate: str) -> str:
    """Events at a rate for a service whose calls take 10 ms in the mean."""
    return (
        f"seed: 5\nevents: {{a: {{}}}}\nservices: {{s: {{workers: {workers}{queue}}}}}\n"
        "handlers: {h: {on: a, service: s, do: [{wait: exponential 10ms}]}}\n"
        f"script: [{{emit: a, rate: {rate}, times: {EVENTS}}}]"
    )


def sojourns_s(trace: Any, handler: str) -> np.ndarray:
    """How long each event was with a handler, waiting included, without those of the beginning."""
    names = [trace.names.text(each) for each in trace.calls.handler.tolist()]
    rows = np.flatnonzero(np.array(names) == handler)
    rows = rows[np.argsort(trace.calls.dispatch[rows], kind="stable")]
    times = trace.calls.ended_ns[rows] - trace.calls.emitted_ns[rows]
    return (times.astype(float) / 1e9)[EVENTS // 10 :]
