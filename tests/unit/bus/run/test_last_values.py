"""Events whose last one is handed to whoever is subscribed late."""

from __future__ import annotations

from typing import Any

import pytest

from bus.scenario import loads
from buslens.records import Decided
from tests.helpers.live import Live
from tests.helpers.told import events, logged, payloads

MS = 1_000_000
TEXT = """
events: {{price: {{last_value: {last_value}}}}}
handlers:
  early: {{on: price, do: [{{log: 'early ${{event.payload.n}}'}}]}}
  late: {{on: price, do: [{{log: 'late ${{event.payload.n}}'}}]}}
faults: [{{{fault}}}]
script: [{{emit: price, with: {{n: $count}}, times: 3, every: 10ms}}, {{wait: 100ms}}, {{emit: price, with: {{n: 4}}}}]
"""
ABSENT = "absent: late, for: 50ms"
REPLAYED = "replay: late comes late and gets the last price, emitted 30 ms ago"


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_who_is_subscribed_late_gets_the_last_value_and_no_other_does(engine: str, run: Any) -> None:
    trace = run(TEXT.format(last_value="true", fault=ABSENT), engine=engine)
    said = [text for text in logged(trace) if not text.startswith("fault")]
    assert said == ["early 1", "early 2", "early 3", REPLAYED, "late 3", "early 4", "late 4"]
    at = trace.marks.decided.tolist().index(Decided.REPLAYED)
    assert trace.marks.time_ns[at] == 50 * MS
    assert payloads(trace) == [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 3}, {"n": 4}]
    assert trace.dispatches.handlers.tolist()[3] == 1
    assert trace.marks.call[at] == trace.calls.id[trace.calls.dispatch == trace.dispatches.id[3]][0]


def test_without_it_who_comes_late_gets_nothing(run: Any) -> None:
    trace = run(TEXT.format(last_value="false", fault=ABSENT))
    assert "late 3" not in logged(trace)
    assert events(trace) == ["price"] * 4


def test_a_service_that_comes_back_from_a_crash_gets_it_again(run: Any) -> None:
    trace = run(TEXT.format(last_value="true", fault="crash: late, at: 15ms, for: 35ms"))
    assert [text for text in logged(trace) if text.startswith("late")] == ["late 1", "late 2", "late 3", "late 4"]


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
@pytest.mark.parametrize(("ttl", "replayed"), [("29ms", []), ("30ms", [REPLAYED, "late 3"])])
def test_a_last_value_that_has_expired_is_not_replayed(ttl: str, replayed: list[str], engine: str, run: Any) -> None:
    trace = run(TEXT.format(last_value=f"true, ttl: {ttl}", fault=ABSENT), engine=engine)
    said = [text for text in logged(trace) if not text.startswith("fault")]
    assert said == ["early 1", "early 2", "early 3", *replayed, "early 4", "late 4"]


def test_before_the_first_emit_there_is_nothing_to_replay(run: Any) -> None:
    text = TEXT.format(last_value="true", fault="absent: late, for: 2ms")
    trace = run(text.replace("script: [", "script: [{wait: 5ms}, "))
    assert not trace.marks.decided.any()


def test_a_handler_that_is_added_while_it_runs_gets_it_and_those_that_were_there_do_not(live: Live) -> None:
    session = live.ended(TEXT.format(last_value="true", fault="absent: late"))
    assert session.document is not None
    session.document.add_handler("new", "price", [{"log": "new ${event.payload.n}"}])
    session.emit("price", {"n": 5})
    assert session.wait(60)
    said = [text for text in logged(session.trace) if text.startswith(("new", "early"))]
    assert said == ["early 1", "early 2", "early 3", "early 4", "new 4", "early 5", "new 5"]


def test_an_engine_that_keeps_events_hands_out_all_and_validate_says_so(run: Any) -> None:
    text = TEXT.format(last_value="true", fault=ABSENT)
    trace = run(text, engine="sqlite")
    assert [each for each in logged(trace) if each.startswith("late")] == ["late 1", "late 2", "late 3", "late 4"]
    warnings = loads(f"buslens: 1\nengine: sqlite{text}", "s.yaml").examined().warnings
    assert any("the engine sqlite passes over last_value" in str(each) for each in warnings)
