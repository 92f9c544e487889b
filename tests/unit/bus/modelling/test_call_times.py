"""How long calls worked themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from bus.modelling.call_times import CallTimes
from tests.helpers.live import Live

MS = 1_000_000
INLINE = """
engine: pyee
events: {a: {}, b: {}}
handlers:
  outer: {on: a, do: [{wait: 10ms}, {emit: b}, {wait: 5ms}, {emit: b}]}
  inner: {on: b, do: [{wait: 7ms}]}
script: [{emit: a}]
"""
QUEUED = """
engine: pyee-asyncio
events: {a: {}}
handlers: {serve: {on: a, worker: thread, parallel: 1, do: [{wait: 10ms}]}}
script: [{emit: a, times: 3}]
"""


def test_what_ran_inside_a_call_is_not_its_own_time(run: Any) -> None:
    times = CallTimes(run(INLINE))
    assert times.took_ns.tolist() == [29 * MS, 7 * MS, 7 * MS]
    assert times.own_ns.tolist() == [15 * MS, 7 * MS, 7 * MS]
    assert times.emits.offset_ns.tolist() == [10 * MS, 15 * MS]


def test_a_call_for_a_worker_begins_when_the_worker_begins(run: Any) -> None:
    times = CallTimes(run(QUEUED))
    assert times.waited_ns.tolist() == [0, 10 * MS, 20 * MS]
    assert times.own_ns.tolist() == [10 * MS] * 3


def test_a_call_that_runs_still_has_no_time(live: Live) -> None:
    session = live.begun("events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]")
    live.until(session, lambda: len(session.trace.calls) > 0)
    times = CallTimes(session.trace)
    assert np.array_equal(times.own_ns, [-1])
    session.stop()
