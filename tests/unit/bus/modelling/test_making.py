"""Scenarios that are made of captures."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bus.errors import UserError
from bus.modelling.making import ModelOptions, model_of
from bus.modelling.seen_program import MOST_NAMES
from bus.scenario import loads
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Lacking, Outcome
from buslens.wire import Header
from tests.helpers.hostile_names import HOSTILE
from tests.helpers.make_trace import make_trace
from tests.helpers.queueing import queue_trace


def made(trace: Trace, wanted: ModelOptions | None = None) -> Any:
    model = model_of(trace, "shop.buslens", wanted)
    return model, loads(model.text, "made").scenario


def test_a_shop_becomes_a_scenario() -> None:
    model, scenario = made(make_trace(60))
    assert list(scenario.events) == ["order.placed", "stock.reserved", "order.paid", "audit"]
    assert set(scenario.handlers) == {"log", "reserve_stock", "charge_card", "send_mail"}
    assert scenario.handlers["charge_card"].on == "stock.reserved"
    verbs = [type(step).__name__ for step in scenario.handlers["charge_card"].do]
    assert verbs[:3] == ["Wait", "Fail", "Emit"]
    assert scenario.events["order.placed"].schema_["properties"]["id"] == {"type": "integer"}
    assert scenario.events["order.placed"].sample == {"id": 0, "items": [{"sku": "A-0", "n": 1}]}
    assert len(scenario.script) == 60
    assert "every event of one name carries the same payload" in model.notes


def test_arrivals_at_their_times_or_at_their_rate() -> None:
    trace = queue_trace(200, arrivals=50, service=lambda rng: 0.001)
    _, seen = made(trace, ModelOptions("seen"))
    assert len(seen.script) == 200
    assert {each.emit for each in seen.script} == {"job"}
    _, fitted = made(trace, ModelOptions("fitted"))
    assert len(fitted.script) == 1
    assert fitted.script[0].every.startswith("exponential")


def test_without_payloads_no_value_that_was_seen_is_in_it() -> None:
    model, scenario = made(make_trace(60), ModelOptions(payloads=False))
    assert "A-1" not in model.text
    assert scenario.events["order.placed"].sample["items"][0]["sku"] == "text"


def test_what_is_not_known_is_said() -> None:
    notes = made(make_trace(30, running=4))[0].notes
    assert any("4 calls had not ended" in each for each in notes)
    recorder = Recorder(clock_ns=lambda: 5, header=Header("p", 1, "h", 0, 0, "monotonic", {}))
    event, handler, lane = recorder.event("a"), recorder.handler("h", "", 0, "a"), recorder.lane("m")
    recorder.dispatch(recorder.next_id(), 0, event, lane, 0, None, False)
    recorder.handler_added(handler, event)
    recorder.mark("payloads are off", 0, Lacking.PAYLOADS)
    trace = Trace()
    trace.feed(recorder.take())
    model, scenario = made(trace)
    assert any("some payloads were not recorded (payloads are off)" in each for each in model.notes)
    assert any("has no end mark" in each for each in model.notes)
    assert all(note in scenario.description for note in model.notes)


def test_a_capture_without_events_is_refused() -> None:
    with pytest.raises(UserError, match=r"shop\.buslens has no events"):
        model_of(Trace(), "shop.buslens")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_make_a_scenario_that_opens(name: str) -> None:
    _, scenario = made(make_trace(5, names=name))
    assert len(scenario.events) == 4


def test_a_hostile_capture_makes_a_small_scenario() -> None:
    rng = random.Random(1)
    clock = [0]
    recorder = Recorder(clock_ns=lambda: clock[0], header=Header("p" * 900, 1, "h", 0, 0, "monotonic", {}))
    lane = recorder.lane("m")
    for number in range(1500):
        clock[0] = rng.randrange(-(2**62), 2**62)
        event = recorder.event(f"e{number}")
        handler = recorder.handler(f"h{number}", "f" * 500, number, f"e{number}")
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, rng.choice([0, call, call + 2]), event, lane, 1, {f"k{number}": "x" * 3000}, True)
        recorder.call_started(call, dispatch, handler, lane, rng.choice([1, 7, 2**31]), rng.randrange(32))
        clock[0] = rng.randrange(-(2**62), 2**62)
        recorder.call_ended(call, rng.choice(list(Outcome)), RuntimeError("x" * 5000))
    trace = Trace()
    trace.feed(recorder.take())
    model, scenario = made(trace)
    assert len(scenario.events) == MOST_NAMES
    assert any("only the 300 events" in each for each in model.notes)
    assert any("schemas and samples are left out" in each for each in model.notes)
