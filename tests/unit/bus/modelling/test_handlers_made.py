"""What a model says of handlers."""

from __future__ import annotations

from typing import Any

from bus.modelling.handlers_made import HandlersMade
from bus.modelling.making import model_of
from bus.modelling.seen_program import SeenProgram
from bus.modelling.validating import validate
from bus.scenario import loads
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from buslens.wire import Header

PLACES = """
engine: pyee-asyncio
events: {a: {}}
handlers:
  blocks: {on: a, block: true, do: [{wait: 5ms}]}
  awaits: {on: a, do: [{wait: 5ms}]}
script: [{emit: a, times: 3, every: 50ms}]
"""
LATE = """
engine: pyee-asyncio
events: {a: {}}
handlers: {h: {on: a, do: [{wait: 5ms}]}}
script: [{emit: a, times: 10, every: 100ms}]
faults: [{absent: h, for: 250ms}]
"""


def made(trace: Trace) -> Any:
    model = model_of(trace, "shop.buslens")
    return model, loads(model.text, "made").scenario


def test_what_blocks_its_loop_does_so_in_the_model(run: Any) -> None:
    handlers = HandlersMade(SeenProgram(run(PLACES))).made()
    assert handlers["blocks"]["block"] is True
    assert "block" not in handlers["awaits"]
    assert handlers["awaits"]["do"] == [{"wait": "5ms"}]


def test_a_handler_that_was_not_there_is_absent_in_the_model(run: Any) -> None:
    trace = run(LATE)
    assert len(trace.calls) == 8  # the first event is there before the fault
    model, scenario = made(trace)
    assert "h was not subscribed when 2 events came: it is absent then" in model.notes
    assert scenario.faults[0].targets == ("h",)
    assert not validate(trace, model).sentences


def test_calls_that_were_made_again_are_retried() -> None:
    clock = [0]
    recorder = Recorder(clock_ns=lambda: clock[0], header=Header("p", 1, "h", 0, 0, "monotonic", {}))
    event, handler, lane = recorder.event("a"), recorder.handler("h", "", 0, "a"), recorder.lane("m")
    dispatch = recorder.next_id()
    recorder.dispatch(dispatch, 0, event, lane, 1, None, False)
    for attempt in (1, 2, 3):
        call = recorder.next_id()
        recorder.call_started(call, dispatch, handler, lane, attempt, Flag.ASYNC)
        clock[0] += 3_000_000
        recorder.call_ended(
            call, Outcome.FAILED if attempt < 3 else Outcome.OK, ValueError("x") if attempt < 3 else None
        )
        clock[0] += 50_000_000
    trace = Trace()
    trace.feed(recorder.take())
    retry = made(trace)[1].handlers["h"].retry
    assert (retry.attempts, retry.backoff) == (3, "50ms")
