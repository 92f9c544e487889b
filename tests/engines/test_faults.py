"""Faults, and what lets events wait, on engines with a broker: the same calls at the same times as elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.analysis import ledger
from bus.contract.trouble import BrokerTrouble
from bus.engines import ENGINES
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from buslens.records import Fault, Kind
from tests.helpers.live import Live, over
from tests.helpers.patience import PATIENCE_S
from tests.helpers.told import logged

MS, S = 1_000_000, 1_000_000_000
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


EVERY_KIND = """buslens: 1
events: {a: {}, b: {}, c: {ttl: 1s}}
handlers:
  first: {on: a, attempts: 2, timeout: 300ms, do: [{wait: 1ms}]}
  second: {on: b, ack: before, do: [{log: "second ${event.payload.n}"}]}
  third: {on: c, attempts: 1}
faults:
  - {fail: first, every: 4, most: 1}
  - {hang: first, every: 3, most: 1}
  - {slow: first, by: 7ms, at: 40ms, for: 20ms}
  - {drop: b, if: event.payload.n == 1}
  - {duplicate: b, times: 2, if: event.payload.n == 2}
  - {delay: b, by: 55ms, if: event.payload.n == 3}
  - {reorder: b, within: 30ms, if: event.payload.n == 4}
  - {corrupt: b, if: event.payload.n == 6}
  - {crash: first, at: 150ms, for: 20ms}
  - {absent: second, at: 155ms, for: 10ms}
  - {clock: third, skew: 2s}
script: [{repeat: 8, do: [{emit: a}, {emit: b, with: {n: $count}}, {wait: 20ms}]}, {emit: c}]
"""
REAL = sorted(engine for engine in ENGINES if ENGINES[engine].is_durable and not ENGINES[engine].models)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    yield made
    made.close()


def faults_of(trace: Trace) -> list[tuple[str, int, str]]:
    """What went wrong on purpose: its kind, when, and in which words."""
    marks = trace.marks
    rows = [row for row, fault in enumerate(marks.fault) if fault]
    return sorted((Fault(int(marks.fault[row])).name, int(marks.time_ns[row]), marks.text(row)) for row in rows)


@pytest.mark.parametrize("engine", REAL)
def test_each_kind_is_the_same_record_as_on_the_model(engine: str, live: Live, request: pytest.FixtureRequest) -> None:
    if not ENGINES[engine].is_embedded:
        request.getfixturevalue(engine)  # its broker
    real, model = (live.ended(EVERY_KIND, engine=each).trace for each in (engine, f"{engine}-model"))
    assert faults_of(real) == faults_of(model)
    kinds = {kind for kind, _, _ in faults_of(real)}
    assert kinds == {fault.name for fault in Fault} - {"NONE", "BROKER", "BROKER_BACK"}
    told = [sorted(line for line in logged(each) if line.startswith("second")) for each in (real, model)]
    assert told[0] == told[1]


OUTAGE = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 300ms}, {log: "${event.payload}"}]}}
faults: [{broker: WRONG, at: 1s, for: 2s}]
script: [{emit: a, with: $count, every: 500ms, times: 6}]
"""


@pytest.mark.parametrize("speed", [math.inf, 5.0])
def test_a_broker_that_nothing_comes_through_to_loses_nothing(speed: float, live: Live, rabbitmq: object) -> None:
    trace = live.ended(OUTAGE.replace("WRONG", "unreachable"), engine="rabbitmq", speed=speed).trace
    assert {line for line in logged(trace) if line.isdecimal()} == {"1", "2", "3", "4", "5", "6"}
    found = ledger.of_trace(trace)
    assert (found.emitted, found.open, found.lost, found.dead) == (6, 0, 0, 0)
    assert any("the connection to RabbitMQ" in line and "is gone" in line for line in logged(trace))
    (_, begins, _), (_, ends, _) = faults_of(trace)
    assert [kind for kind, _, _ in faults_of(trace)] == ["BROKER", "BROKER_BACK"]
    if speed == math.inf:
        assert (begins, ends) == (S, 3 * S)
        model = live.ended(OUTAGE.replace("WRONG", "unreachable"), engine="rabbitmq-model").trace
        assert faults_of(trace) == faults_of(model)
        confirmed = trace.deliveries.view("time_ns")[trace.deliveries.view("kind") == Kind.CONFIRMED]
        assert not ((confirmed > begins) & (confirmed < ends)).any(), "nothing is confirmed meanwhile"


def test_outages_that_overlap_are_over_with_the_last(live: Live, rabbitmq: object) -> None:
    faults = "[{broker: unreachable, at: 1s, for: 1s}, {broker: unreachable, at: 1500ms, for: 1s}]"
    text = OUTAGE.replace("[{broker: WRONG, at: 1s, for: 2s}]", faults)
    trace = live.ended(text, engine="rabbitmq").trace
    assert [(kind, at) for kind, at, _ in faults_of(trace)] == [
        *(("BROKER", S), ("BROKER", 3 * S // 2), ("BROKER_BACK", 2 * S), ("BROKER_BACK", 5 * S // 2)),
    ]
    confirmed = trace.deliveries.view("time_ns")[trace.deliveries.view("kind") == Kind.CONFIRMED]
    assert not ((confirmed > S) & (confirmed < 5 * S // 2)).any()


def test_a_run_that_is_stopped_meanwhile_ends(live: Live, rabbitmq: object) -> None:
    session = live.begun(OUTAGE.replace("WRONG", "unreachable").replace("2s", "60min"), engine="rabbitmq", speed=5.0)
    live.until(session, lambda: any("is gone" in line for line in logged(session.trace)))
    session.stop()
    over(session)
    assert session.engine_state.phase == "idle", session.engine_state


def test_a_log_on_a_full_disk_ends_the_run(live: Live) -> None:
    real, model = (live.begun(OUTAGE.replace("WRONG", "full"), engine=each) for each in ("sqlite", "sqlite-model"))
    for session in (real, model):
        over(session)
        assert session.engine_state.phase == "failed"
    assert real.engine_state.message == model.engine_state.message
    assert faults_of(real.trace) == faults_of(model.trace)


@pytest.mark.parametrize("trouble", BrokerTrouble)
@pytest.mark.parametrize("engine", REAL)
def test_what_an_engine_cannot_do_the_timeline_says(
    engine: str, trouble: BrokerTrouble, live: Live, request: pytest.FixtureRequest
) -> None:
    if trouble in ENGINES[engine].troubles:
        return
    if not ENGINES[engine].is_embedded:
        request.getfixturevalue(engine)  # its broker
    trace = live.ended(OUTAGE.replace("WRONG", trouble.value), engine=engine).trace
    assert faults_of(trace) == []
    (said,) = [line for line in logged(trace) if line.startswith("no fault")]
    assert f"cannot be done on {engine}" in said
    assert (f"{engine}-model can do it" in said) == (trouble in ENGINES[f"{engine}-model"].troubles)
