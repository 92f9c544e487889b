"""What a run is worth: broken or not, known by the order of what it did, and with what it covered."""

from __future__ import annotations

import pytest

from bus.exploration.judging import CUT_SHORT, STANDS_STILL, RunJudge
from bus.exploration.program import Program, RunResult
from bus.runtime.choices import DRAW, LEVELS, ORDER, Choices, Place
from bus.scenario import loads
from tests.helpers.exploring import BROKEN, LOST_UPDATE, UNLUCKY, sample


def test_a_run_that_meets_all_breaks_nothing_and_says_what_it_covered() -> None:
    program = Program(sample("lost-update"))
    judgement = RunJudge(program).judge(program.run(Choices()))
    assert judgement.broken == ()
    assert judgement.covered == {("deposit.made", "deposit", "ok"), ("deposit.stored", "notify", "ok")}


def test_what_is_broken_is_known_by_the_words_of_the_expectation() -> None:
    program = Program(sample("lost-update"))
    judge = RunJudge(program)
    assert judge.judge(program.run(Choices({Place(ORDER, 0): 1}))).broken == (LOST_UPDATE,)


def test_other_times_alone_are_no_other_order() -> None:
    timed = loads(
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 1ms..9ms}]}}\nscript: [{emit: a}]\n"
        "expect: [{event: a, emitted: 1}]"
    )
    program = Program(timed)
    judge = RunJudge(program)
    plain, longer = (judge.judge(program.run(Choices(made))) for made in ({}, {Place(f"{DRAW}h", 0): LEVELS}))
    assert plain.order == longer.order
    other = Program(loads(UNLUCKY))
    assert RunJudge(other).judge(other.run(Choices())).order != plain.order


def test_a_run_that_could_not_go_on_breaks_that() -> None:
    program = Program(loads(BROKEN))
    result = program.run(Choices())
    cut = RunResult(result.data, "the script cannot go on", is_stuck=False)
    assert RunJudge(program).judge(cut).broken == (CUT_SHORT + "the script cannot go on",)


@pytest.mark.parametrize(
    ("expect", "broken"),
    [
        ("{lost: == 0}", (STANDS_STILL,)),
        ("{each: ask, leads_to: answer}", ("each ask leads to answer, in one flow: each",)),
        ('{open: "<= 1"}', ()),
    ],
)
def test_a_run_that_stands_still_breaks_that_where_it_breaks_nothing_else(expect: str, broken: tuple[str, ...]) -> None:
    text = (
        "buslens: 1\nevents: {ask: {}, answer: {}}\nhandlers: {h: {on: ask, do: [{wait: forever}, {emit: answer}]}}\n"
        f"script: [{{emit: ask}}]\nexpect: [{expect}]"
    )
    program = Program(loads(text))
    assert RunJudge(program).judge(program.run(Choices())).broken == broken
