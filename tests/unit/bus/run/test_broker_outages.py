"""Brokers that go wrong for a while."""

from __future__ import annotations

import pytest

from buslens.records import Fault, Kind
from tests.helpers.live import Live, over
from tests.helpers.told import logged

S = 1_000_000_000
TEXT = """events: {a: {}}
handlers: {h: {on: a, do: [{wait: 300ms}, {log: "${event.payload}"}]}}
faults: [{broker: WRONG, at: 1s, for: 2s}]
script: [{emit: a, with: $count, every: 500ms, times: 6}]
"""


@pytest.mark.parametrize("engine", ["rabbitmq-model", "kafka-model"])
@pytest.mark.parametrize("wrong", ["unreachable", "restarts", "full"])
def test_nothing_is_lost_while_a_broker_is_away_and_each_outage_is_a_record(
    engine: str, wrong: str, live: Live
) -> None:
    trace = live.ended(TEXT.replace("WRONG", wrong), engine=engine).trace
    said = {line for line in logged(trace) if line.isdecimal()}
    assert said == {"1", "2", "3", "4", "5", "6"}
    marks = zip(trace.marks.fault, trace.marks.time_ns, strict=True)
    faults = [(Fault(int(fault)), int(at)) for fault, at in marks if fault]
    assert faults == [(Fault.BROKER, S), (Fault.BROKER_BACK, 3 * S)]
    confirmed = trace.deliveries.view("time_ns")[trace.deliveries.view("kind") == Kind.CONFIRMED]
    assert not ((confirmed > S) & (confirmed < 3 * S)).any(), "nothing is confirmed meanwhile"


def test_what_ends_while_other_troubles_go_on_is_told_as_itself(live: Live) -> None:
    faults = "[{broker: unreachable, for: 1s}, {broker: restarts, at: 500ms, for: 1s}, {broker: full, for: 2s}]"
    text = TEXT.replace("[{broker: WRONG, at: 1s, for: 2s}]", faults)
    trace = live.ended(text, engine="rabbitmq-model").trace
    assert [line for line in logged(trace) if "way to" in line or "restarted" in line or "room" in line] == [
        "fault: the way to the broker is open again",
        "fault: the broker has restarted",
        "fault: the broker's disk has room again",
    ]


@pytest.mark.parametrize("engine", ["rabbitmq-model", "kafka-model"])
def test_what_a_consumer_had_is_delivered_again(engine: str, live: Live) -> None:
    """The call that ran when the connection broke goes on; what it had done is not known to the broker."""
    trace = live.ended(TEXT.replace("WRONG", "unreachable").replace("300ms", "700ms"), engine=engine).trace
    assert [line for line in logged(trace) if line.isdecimal()] == ["1", "2", "2", "3", "4", "5", "6"]


def test_a_file_on_a_full_disk_ends_the_run(live: Live) -> None:
    session = live.begun(TEXT.replace("WRONG", "full"), engine="sqlite-model")
    over(session)
    assert session.engine_state.phase == "failed"
    assert "disk is full" in session.engine_state.message


@pytest.mark.parametrize(("engine", "wrong"), [("pyee-asyncio", "full"), ("sqlite-model", "unreachable")])
def test_where_it_cannot_be_done_the_timeline_says_so(engine: str, wrong: str, live: Live) -> None:
    trace = live.ended(TEXT.replace("WRONG", wrong), engine=engine).trace
    assert not any(trace.marks.fault)
    assert any(f"cannot be done on {engine}" in line for line in logged(trace))
