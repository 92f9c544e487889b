"""What a smaller run must still show, so that it breaks something for the same reason."""

from __future__ import annotations

import pytest

from bus.exploration.judging import RunJudge, trace_of
from bus.exploration.program import Program
from bus.exploration.same_reason import is_broken_by_nothing, reason_of
from bus.exploration.shrinking import Shrinker, Shrunk
from bus.runtime.choices import ORDER, Choices, Place
from bus.scenario import Document, loads
from tests.helpers.exploring import explored

HEAD = "buslens: 1\nevents: {ask: {}, answer: {}, noise: {}}\n"
FAILS = HEAD + (
    "handlers: {reply: {on: ask, do: [{fail: {every: 2}}, {emit: answer}]}, hears: {on: noise}}\n"
    "script: [{emit: ask, times: 3}]\nexpect: [EXPECT]"
)
RACE = HEAD + (
    "handlers:\n  one: {on: ask, do: [{wait: 1ms}, {count: k}]}\n"
    '  two: {on: noise, do: [{wait: 1ms}, {emit: answer, if: "has(counters.k)"}]}\n'
    "script: [{emit: ask}, {emit: noise}, {wait: 1s}, {emit: ask}]\nexpect: [EXPECT]"
)


def shrunk(document: Document) -> Shrunk:
    (sighting,) = explored(document, 20).sightings.values()
    return Shrinker(Program(document), sighting.what).shrunk(sighting.made)


@pytest.mark.parametrize("expect", ["{event: answer, emitted: '>= 3'}", "{event: answer, emitted: 3}"])
def test_a_bound_from_below_does_not_end_with_an_empty_script(expect: str) -> None:
    found = shrunk(loads(FAILS.replace("EXPECT", expect)))
    assert found.made == {}
    (step,) = found.program.document.values["script"]
    assert step["times"] == 3


@pytest.mark.parametrize("expect", ["{eventually: answer}", "{event: answer, emitted: '> 0'}"])
def test_what_takes_an_order_still_takes_it_in_the_shorter_script(expect: str) -> None:
    found = shrunk(loads(RACE.replace("EXPECT", expect)))
    assert found.made == {Place(ORDER, 0): 1}
    assert found.program.document.values["script"] == [{"emit": "ask"}, {"emit": "noise"}]


def test_what_a_run_of_nothing_breaks_is_known() -> None:
    for expect, breaks in (("{event: answer, emitted: '>= 3'}", True), ("{each: ask, leads_to: answer}", False)):
        program = Program(loads(FAILS.replace("EXPECT", expect)))
        judge = RunJudge(program)
        (what,) = [f"{each.about}: {each.expected}" for each in judge.verdicts(trace_of(program.run(Choices())))]
        assert is_broken_by_nothing(judge, what) is breaks
        assert reason_of(program, judge, what).found
