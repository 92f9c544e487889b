"""What a run comes to in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from bus.modelling.run_figures import Figure, figures_of, flow_times
from bus.trace import Trace

MS = 1_000_000
CHAIN = """
engine: pyee-asyncio
events: {a: {}, b: {}}
handlers:
  first: {on: a, worker: thread, parallel: 1, do: [{wait: 10ms}, {emit: b}]}
  second: {on: b, do: [{wait: 5ms}, {fail: {every: 2}}]}
script: [{emit: a, times: 4}]
"""


def test_a_flow_lasts_until_everything_it_led_to_has_ended(run: Any) -> None:
    assert np.sort(flow_times(run(CHAIN))).tolist() == [15 * MS, 25 * MS, 35 * MS, 45 * MS]
    assert len(flow_times(Trace())) == 0


def test_a_flow_that_never_ends_is_counted_and_not_measured(run: Any) -> None:
    trace = run("""
engine: pyee-asyncio
events: {a: {}, b: {}}
handlers:
  first: {on: a, do: [{wait: 10ms}, {emit: b}]}
  second: {on: b, do: [{once: [{wait: forever}]}, {wait: 5ms}]}
script: [{emit: a, times: 3, every: 20ms}]
""")
    found = figures_of(trace)
    assert found[Figure("flow", "count", "count")] == 3
    assert flow_times(trace).tolist() == [15 * MS, 15 * MS]


def test_latencies_failures_and_queues_of_everything(run: Any) -> None:
    found = figures_of(run(CHAIN))
    assert found[Figure("flow", "latency p99", "ns")] == 45 * MS
    assert found[Figure("event a", "count", "count")] == 4
    assert found[Figure("handler second", "failed", "share")] == 0.5
    assert found[Figure("handler first", "longest queue", "count")] == 3
    assert found[Figure("handler first", "waiting p95", "ns")] == 30 * MS
