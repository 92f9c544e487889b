"""The engine of a model."""

from __future__ import annotations

import pytest

from bus.modelling.engine_choice import engine_for
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.wire import Header


def trace(class_name: str, engine: str = "") -> Trace:
    extra = {"engine": engine} if engine else {}
    recorder = Recorder(clock_ns=lambda: 1, header=Header("p", 1, "h", 0, 0, "monotonic", extra))
    event = recorder.event("a", recorder.bus("shop", class_name))
    recorder.dispatch(recorder.next_id(), 0, event, recorder.lane("main"), 0, None, False)
    made = Trace()
    made.feed(recorder.take())
    return made


@pytest.mark.parametrize(
    ("class_name", "engine"),
    [("pyee.asyncio.AsyncIOEventEmitter", "pyee-asyncio"), ("pyee.base.EventEmitter", "pyee"),
     ("pyee.executor.ExecutorEventEmitter", "pyee-threads")],
)  # fmt: skip
def test_an_emitter_of_pyee_has_its_own_engine(class_name: str, engine: str) -> None:
    assert engine_for(trace(class_name)) == (engine, [])


def test_a_run_has_the_engine_it_had() -> None:
    assert engine_for(trace("", "pyee-threads")) == ("pyee-threads", [])


def test_what_another_bus_does_beyond_is_said_to_be_missing() -> None:
    engine, notes = engine_for(trace("blinker.base.Signal"))
    assert engine == "pyee"
    assert "the program's bus is Signal" in notes[0]
    assert "which calls the handlers of an event inside the emit" in notes[0]


@pytest.mark.parametrize("engine", ["sqlite", "rabbitmq", "kafka"])
def test_a_run_on_a_broker_becomes_one_on_its_model(engine: str) -> None:
    model, notes = engine_for(trace("", engine))
    assert model == f"{engine}-model"
    assert f"the events were carried by {engine}" in notes[0]
    assert engine_for(trace("", model)) == (model, [])


def test_a_bus_that_keeps_failures_needs_an_engine_that_does() -> None:
    assert engine_for(trace("django.dispatch.dispatcher.Signal"), keeps_failures=True)[0] == "pyee-asyncio"
