"""Faults, and what lets events wait, on engines with a broker: the same calls at the same times as elsewhere."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bus.engines import ENGINES
from bus.session import Session
from bus.settings import Settings
from buslens.records import Fault
from tests.helpers.patience import PATIENCE_S
from tests.helpers.told import logged

MS = 1_000_000
BROKERS = sorted(engine for engine in ENGINES if not ENGINES[engine].is_embedded)
TEXT = """buslens: 1
events: {a: {}, b: {}, c: {}}
handlers:
  batched: {on: a, attempts: 2, batch: {size: 2, within: 20ms}, do: [{wait: 5ms}]}
  last: {on: b, debounce: 15ms, do: [{log: "last ${event.payload.n}"}]}
  service: {on: c, concurrency: 2, do: [{log: "service ${event.payload.n}, call ${count}"}, {wait: 20ms}]}
faults:
  - {drop: b, if: event.payload.n == 6}
  - {fail: batched, most: 1}
  - {crash: service, at: 25ms, for: 20ms}
script: [{repeat: 6, do: [{emit: a}, {emit: b, with: {n: $count}}, {emit: c, with: {n: $count}}, {wait: 10ms}]}]
"""


@pytest.mark.parametrize("engine", BROKERS)
def test_faults_and_gates_mean_the_same(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(engine)  # its broker
    path = tmp_path / "faults.yaml"
    path.write_text(TEXT)
    session = Session(Settings(), trusted=bool)
    session.open_scenario(path)
    session.start(engine=engine, speed=math.inf)
    assert session.wait(PATIENCE_S), session.engine_state
    session.pump()
    trace = session.trace
    assert sorted(Fault(int(fault)).name for fault in trace.marks.fault if fault) == ["BACK", "CRASH", "DROP", "FAIL"]
    lines = logged(trace)
    session.close()
    assert [line for line in lines if line.startswith("last")] == ["last 5"]
    assert [line for line in lines if line.startswith("service")] == [
        *("service 1, call 1", "service 2, call 2", "service 3, call 3"),  # the last two die with it
        *("service 2, call 1", "service 3, call 2", "service 4, call 3", "service 5, call 4", "service 6, call 5"),
    ]
    named = [trace.names.text(int(handler)) for handler in trace.calls.handler]
    began = (10 * MS, 20 * MS)
    died = [row for row, name in enumerate(named) if name == "service" and trace.calls.started_ns[row] in began]
    assert [int(trace.calls.ended_ns[row]) for row in died] == [25 * MS, 25 * MS]
