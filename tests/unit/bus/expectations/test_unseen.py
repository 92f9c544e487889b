"""An expectation about a name that nobody has seen: what is met by none, and of what nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from bus.expectations.judge import judge
from bus.expectations.verdict import State, Verdict
from bus.scenario.model import Scenario
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.wire import Header


def verdict(expectation: dict[str, Any], **extra: object) -> Verdict:
    """Of a program that emits `placed`, hears `returned`, and has a handler `audit`. extra: in the capture's header."""
    recorder = Recorder(clock_ns=lambda: 0, header=Header("shop.py", 1, "desk", 0, 0, "monotonic", extra))
    lane, audit = recorder.lane("main"), recorder.handler("audit")
    dispatch, call = recorder.next_id(), recorder.next_id()
    recorder.dispatch(dispatch, 0, recorder.event("placed"), lane, 1, {"id": 1}, has_payload=True)
    recorder.call_started(call, dispatch, audit, lane)
    recorder.call_ended(call, Outcome.OK)
    recorder.handler_added(audit, recorder.event("returned"))
    trace = Trace()
    trace.feed(recorder.take())
    (found,) = judge(Scenario.model_validate({"buslens": 1, "expect": [expectation]}).expect, trace, end_is_known=True)
    return found


@pytest.mark.parametrize(
    "expectation",
    [
        {"always": "shiped", "holds": "true"},
        {"each": "shiped", "leads_to": "placed"},
        {"each": "shiped", "ends_in": ["placed"]},
        {"in_order": ["shiped", "paied"]},
        {"exactly_once": "shiped", "by": "id"},
        {"at_most_once": "placed", "handler": "shiped", "by": "id"},
        {"handled_in_order": "shiped"},
        {"event": "shiped", "lost": 0},
        {"handler": "shiped", "failed": 0},
        {"bounded": "rate", "event": "shiped", "most": "20/s"},
    ],
)
def test_what_would_hold_of_nothing_is_not_known(expectation: dict[str, Any]) -> None:
    found = verdict(expectation)
    assert found.state is State.UNKNOWN
    assert "no event shiped" in found.found or "no handler shiped was seen" in found.found


@pytest.mark.parametrize(
    "expectation",
    [{"never": "shiped"}, {"event": "shiped", "emitted": 0}, {"handler": "shiped", "calls": "<= 3"}],
)
def test_what_says_how_many_there_are_is_met_by_none_and_says_so(expectation: dict[str, Any]) -> None:
    found = verdict(expectation)
    assert found.state is State.MET
    assert found.found.startswith("0; no ")


def test_what_is_not_met_anyway_says_that_its_name_was_not_seen() -> None:
    found = verdict({"eventually": "shiped"})
    assert (found.state, found.found) == (State.UNMET, "none; no event shiped was seen")


def test_a_name_that_something_heard_is_seen() -> None:
    found = verdict({"each": "returned", "leads_to": "placed"})
    assert (found.state, found.found) == (State.MET, "all 0")


def test_of_several_names_those_that_were_seen_are_judged() -> None:
    found = verdict({"in_order": ["placed", "shiped"]})
    assert (found.state, found.found) == (State.MET, "all 1; no event shiped was seen")
    found = verdict({"each": "placed", "ends_in": ["shiped", "lossed"]})
    assert found.state is State.UNMET
    assert found.found.endswith("no event shiped or lossed was seen")


def test_a_run_of_a_scenario_has_declared_what_it_does_not_emit() -> None:
    found = verdict({"each": "refunded", "leads_to": "placed"}, engine="pyee")
    assert (found.state, found.found) == (State.MET, "all 0")
