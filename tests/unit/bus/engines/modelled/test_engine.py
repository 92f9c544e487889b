"""Engines on models: the same run again, in virtual time."""

from __future__ import annotations

import pytest

from bus.engines import ENGINES
from tests.helpers.exploring import explored
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


RACE = """buslens: 1
events: {a: {}, x.done: {}, y.done: {}}
handlers:
  x: {on: a, do: [{emit: x.done, with: $event.payload}]}
  y: {on: a, do: [{emit: y.done, with: $event.payload}]}
script: [{emit: a, with: {id: 1}}]
expect: [{in_order: [x.done, y.done], by: id}]
"""


@MODELS
def test_exploring_finds_that_nothing_decides_which_consumer_is_first(engine: str) -> None:
    tally = explored(RACE.replace("buslens: 1", f"buslens: 1\nengine: {engine}"), 60)
    assert list(tally.sightings) == ["x.done, y.done, by id: in this order"]
    assert 0 < next(iter(tally.sightings.values())).count < 60
