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
script: [{wait: 50ms}, {emit: a, times: 10, every: 100ms}]
faults: [{absent: h, for: 200ms}]
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
    assert len(trace.calls) == 8
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


RAISED = """
engine: pyee
events: {a: {}, b: {}}
handlers:
  outer: {on: a, do: [{wait: 5ms}, {emit: b}, {wait: 5ms}]}
  inner: {on: b, do: [{wait: 1ms}, {fail: {every: 4}}]}
script: [{emit: a, times: 80, every: 20ms}]
"""


def test_a_failure_that_came_from_inside_is_not_made_twice(run: Any) -> None:
    trace = run(RAISED)
    model, scenario = made(trace)
    assert [type(step).__name__ for step in scenario.handlers["outer"].do] == ["Wait", "Emit", "Wait"]
    assert not validate(trace, model).sentences


def recorded(side_by_side: int, *, raises: bool = False) -> Trace:
    """A bus of a library that is no pyee: plain calls inside emits, on so many threads at once."""
    clock = [0]
    recorder = Recorder(clock_ns=lambda: clock[0], header=Header("p", 1, "h", 0, 0, "monotonic", {}))
    bus = recorder.bus("signals", "django.dispatch.dispatcher.Signal")
    outer, inner = recorder.event("saved", bus), recorder.event("told", bus)
    save, tell = recorder.handler("save", "", 0, "saved"), recorder.handler("tell", "", 0, "told")
    lanes = [recorder.lane(f"thread {number}") for number in range(side_by_side)]
    for number in range(40):
        begun = []
        for lane in lanes:
            dispatch, call = recorder.next_id(), recorder.next_id()
            recorder.dispatch(dispatch, 0, outer, lane, 1, None, False)
            recorder.call_started(call, dispatch, save, lane, 1, 0)
            begun.append((call, lane))
        clock[0] += 3_000_000
        for call, lane in begun:
            if raises:
                dispatch, within = recorder.next_id(), recorder.next_id()
                recorder.dispatch(dispatch, call, inner, lane, 1, None, False)
                recorder.call_started(within, dispatch, tell, lane, 1, 0)
                clock[0] += 1_000_000
                is_wrong = number % 4 == 0
                recorder.call_ended(
                    within, Outcome.FAILED if is_wrong else Outcome.OK, OSError("x") if is_wrong else None
                )
            recorder.call_ended(call, Outcome.OK, None)
        clock[0] += 20_000_000
    trace = Trace()
    trace.feed(recorder.take())
    return trace


def test_a_bus_that_keeps_failures_does_so_in_the_model() -> None:
    trace = recorded(1, raises=True)
    model, scenario = made(trace)
    assert scenario.engine == "pyee-asyncio"
    assert scenario.handlers["keep_failures"].on == "error"
    assert any("10 failures did not come out of the emit" in each for each in model.notes)
    assert not validate(trace, model).sentences


def test_what_ran_on_two_threads_at_once_does_so_in_the_model() -> None:
    trace = recorded(2)
    model, scenario = made(trace)
    assert scenario.handlers["save"].worker == "thread"
    assert any("calls of save ran at once, up to 2" in each for each in model.notes)
    assert not validate(trace, model).sentences


KEPT = """
engine: sqlite
events: {a: {}}
handlers:
  one: {on: a, attempts: 2, do: [{wait: 8ms}, {fail: {every: 5}}]}
  later: {on: a, retry: {attempts: 2, backoff: 30ms}, do: [{wait: 2ms}, {fail: {every: 9}}]}
  many: {on: a, worker: thread, parallel: 3, do: [{wait: 20ms}]}
script: [{emit: a, times: 60, every: exponential 10ms}]
"""


def test_handlers_of_a_durable_engine_have_a_queue_and_attempts(run: Any) -> None:
    trace = run(KEPT)
    model, scenario = made(trace)
    one, later, many = (scenario.handlers[name] for name in ("one", "later", "many"))
    assert (scenario.engine, one.worker, one.attempts, one.retry) == ("sqlite-model", "inline", 2, None)
    assert (later.retry.attempts, later.retry.backoff) == (2, "30ms")
    assert (many.worker, many.parallel) == ("thread", 3)
    assert not validate(trace, model).sentences


POOLED = """
engine: pyee-threads
services: {three: {workers: 3}}
events: {a: {}, b: {}}
handlers:
  one: {on: a, service: three, do: [{wait: exponential 20ms}, {emit: b}]}
  other: {on: b, service: three, do: [{wait: 10ms}]}
script: [{emit: a, rate: poisson 80/s, times: 200}]
"""


def test_threads_that_all_handlers_share_are_a_service(run: Any) -> None:
    trace = run(POOLED)
    model, scenario = made(trace)
    assert scenario.services["pool"].workers == 3
    assert {each.service for each in scenario.handlers.values()} == {"pool"}
    assert "inferred: all handlers share 3 threads" in model.text
    assert not validate(trace, model).sentences
