"""Engines on models: the same run again, in virtual time."""

from __future__ import annotations

import pytest

from bus.engines import ENGINES
from tests.helpers.live import Live
from tests.helpers.told import logged

MODELS = pytest.mark.parametrize("engine", [spec.id for spec in ENGINES.values() if spec.models])
TEXT = """events: {a: {}, b: {}}
handlers:
  h: {on: a, do: [{wait: 1ms..30ms}, {fail: {if: event.payload == 3 && count < 5}}, {emit: b, with: $event.payload}]}
  g: {on: b, do: [{once: [{crash: always}]}, {log: "${event.payload}"}]}
script: [{emit: a, with: $count, times: 5}]
"""


@MODELS
def test_an_hour_of_retries_and_crashes_takes_no_time_and_handles_all(engine: str, live: Live) -> None:
    trace = live.ended(TEXT.replace("1ms..30ms", "1min..30min"), engine=engine).trace
    assert sorted(logged(trace)) == ["1", "2", "3", "4", "5"]
    assert int(trace.calls.ended_ns.max()) >= 60 * 10**9


@MODELS
def test_the_same_seed_is_the_same_run(engine: str, live: Live) -> None:
    first, again = (live.ended(TEXT, engine=engine).trace for _ in range(2))
    assert first.calls.started_ns.tolist() == again.calls.started_ns.tolist()
    assert first.deliveries.view("kind").tolist() == again.deliveries.view("kind").tolist()
