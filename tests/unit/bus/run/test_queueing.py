"""Queues whose mean wait is known in closed form: what a run measures lies within its confidence interval."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

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
