"""Scenarios with fewer faults, and a fault as its file says it."""

from __future__ import annotations

from bus.exploration.fault_cuts import fewer_faults, told
from bus.exploration.program import Program
from bus.exploration.shrinking import Shrinker
from bus.exploration.telling import NOTHING, finding
from bus.scenario import loads
from tests.helpers.exploring import explored

TEXT = (
    "buslens: 1\nevents: {ask: {}, answer: {}}\n"
    "handlers: {reply: {on: ask, do: [{emit: answer}]}, hears: {on: answer}}\n"
    "script: [{emit: ask, times: 2}]\nfaults: [{slow: hears}, {fail: [reply, hears], every: 2}]\n"
    "expect: [{each: ask, leads_to: answer}]"
)


def test_each_fault_is_left_out_once() -> None:
    assert [each.values.get("faults") for each in fewer_faults(loads(TEXT))] == [
        [{"fail": ["reply", "hears"], "every": 2}], [{"slow": "hears"}],
    ]  # fmt: skip
    (none,) = fewer_faults(loads(TEXT.replace("{slow: hears}, ", "")))
    assert not none.values.get("faults")


def test_a_fault_is_told_as_its_file_says_it() -> None:
    assert told({"fail": ["reply", "hears"], "every": 2}) == "fail: reply and hears, every: 2"


def test_a_finding_keeps_the_faults_that_it_takes_and_names_them() -> None:
    document = loads(TEXT)
    (sighting,) = explored(document, 3).sightings.values()
    found = Shrinker(Program(document), sighting.what).shrunk(sighting.made)
    assert found.program.document.values["faults"] == [{"fail": ["reply", "hears"], "every": 2}]
    told_finding = finding(Program(document), sighting, found)
    assert told_finding.needs == NOTHING
    assert told_finding.guilty.endswith("It takes 1 fault of the scenario: fail: reply and hears, every: 2.")
