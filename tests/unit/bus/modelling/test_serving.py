"""Which workers a handler seems to have."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bus.modelling import serving
from bus.modelling.call_times import CallTimes
from tests.helpers.queueing import queue_trace


def seen(**options: float | bool) -> serving.Serving:
    trace = queue_trace(
        600, arrivals=80, service=lambda rng: rng.expovariate(100 / options.get("workers", 1)), **options
    )  # type: ignore[arg-type]
    calls = trace.calls
    return serving.seen(calls.emitted_ns, CallTimes(trace).begun_ns, calls.ended_ns)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_queue_before_workers_is_seen_with_their_number(workers: int) -> None:
    assert seen(workers=workers) == serving.Serving(workers, is_limited=True)


@pytest.mark.parametrize("slots", [1, 2, 4])
def test_a_lock_or_a_semaphore_inside_a_coroutine_is_as_many_workers(slots: int) -> None:
    assert seen(locked=True, workers=slots) == serving.Serving(slots, is_limited=True, is_inside=True)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("took", ["expovariate(30)", "lognormvariate(-4, 1)", "uniform(0.01, 0.08)"])
def test_what_takes_as_long_beside_others_as_alone_waits_for_nothing_inside(took: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    begun = np.cumsum(rng.exponential(12.5e6, 600).astype(np.int64))
    drawn = random.Random(seed)
    name, _, said = took.partition("(")
    numbers = [float(each) for each in said.rstrip(")").split(",")]
    ended = begun + np.array([round(getattr(drawn, name)(*numbers) * 1e9) for _ in range(600)])
    found = serving.seen(begun, begun, ended)
    assert (found.is_limited, found.is_slower_beside) == (False, False)


def test_what_is_slower_beside_others_for_a_reason_that_nobody_knows_is_said() -> None:
    rng = np.random.default_rng(1)
    begun = np.cumsum(rng.exponential(30e6, 600).astype(np.int64))
    running: list[int] = []
    ended = []
    for at in begun.tolist():  # a processor that all that run share, roughly
        running = [end for end in running if end > at]
        running.append(at + round(rng.uniform(10e6, 15e6) * (1 + len(running))))
        ended.append(running[-1])
    found = serving.seen(begun, begun, np.array(ended))
    assert (found.is_limited, found.is_slower_beside) == (False, True)


def test_calls_that_wait_for_nobody_have_no_workers() -> None:
    rng = random.Random(1)
    begun = np.cumsum([round(rng.expovariate(80) * 1e9) for _ in range(600)])
    ended = begun + np.array([round(rng.expovariate(30) * 1e9) for _ in range(600)])
    found = serving.seen(begun, begun, ended)
    assert not found.is_limited
    assert found.at_once > 3


def test_calls_of_one_length_that_overlap_are_not_behind_a_lock() -> None:
    begun = np.cumsum(np.random.default_rng(1).exponential(12e6, 400).astype(np.int64))
    assert not serving.seen(begun, begun, begun + 20_000_000).is_limited


def test_what_waits_for_something_else_has_no_workers() -> None:
    emitted = np.arange(100) * 10_000_000
    begun = emitted + 5_000_000
    assert not serving.seen(emitted, begun, begun + 1_000_000).is_limited
