"""A program that is run many times: the run that makes no choices is that of the command line, and each one ends."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bus.capture.sameness import Recorded, first_difference
from bus.comparison import ComparisonPlan, run_once
from bus.errors import UserError
from bus.exploration.judging import trace_of
from bus.exploration.program import TOO_MUCH, Program
from bus.runtime.choices import ORDER, Choices, Place
from bus.scenario import loads
from bus.session import Session
from bus.settings import Settings
from buslens.records import Outcome
from tests.helpers.exploring import STUCK, sample
from tests.helpers.patience import PATIENCE_S


@pytest.mark.parametrize("name", ["lost-update", "ten-runners", "feedback-loop", "async-errors"])
def test_without_choices_it_records_to_the_byte_what_a_run_does(name: str, tmp_path: Path) -> None:
    document = sample(name)
    session = Session(Settings(), trusted=lambda _: False)
    assert document.path is not None
    session.open_scenario(document.path)
    session.start(speed=math.inf)
    assert session.wait(PATIENCE_S)
    session.export("capture", tmp_path / "run.buslens")
    session.close()
    ours = Recorded(Program(document).run(Choices()).data)
    theirs = Recorded((tmp_path / "run.buslens").read_bytes())
    # Only the names of their threads differ.
    assert ours.facts.tobytes() == theirs.facts.tobytes()
    assert ours.packed_blobs == theirs.packed_blobs


def test_without_choices_it_draws_whole_numbers_as_a_run_does() -> None:
    text = (
        "buslens: 1\nevents: {a: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}}\n"
        "handlers: {h: {on: a}}\nfaults: [{corrupt: a, every: 2}]\nscript: [{emit: a, generate: true, times: 6}]"
    )
    document = loads(text)
    plan = ComparisonPlan([document.scenario.engine], document.scenario.seed, math.inf)
    plain = run_once(document, document.scenario.engine, plan, lambda _: False, lambda _: None).trace
    ours = trace_of(Program(document).run(Choices()))
    assert [ours.payload(row).value for row in range(6)] == [plain.payload(row).value for row in range(6)]


def test_the_same_choices_record_the_same_again() -> None:
    program, made = Program(sample("lost-update")), {Place(ORDER, 0): 1}
    one, other = (program.run(Choices(made)).data for _ in range(2))
    assert first_difference(Recorded(one), Recorded(other)) == ""
    assert first_difference(Recorded(one), Recorded(program.run(Choices()).data)) != ""


def test_an_outage_that_would_come_after_the_end_does_not_make_the_run_longer() -> None:
    outage = "\nfaults: [{crash: reply, at: 1s}]\n"
    text = "buslens: 1\nevents: {ask: {}}\nhandlers: {reply: {on: ask, do: [{wait: 1ms}]}}\nscript: [{emit: ask}]"
    plain, with_outage = (Recorded(Program(loads(each)).run(Choices()).data) for each in (text, text + outage))
    assert with_outage.facts["time_ns"].max() == plain.facts["time_ns"].max()


def test_choices_that_do_not_come_up_stand_on_the_timeline() -> None:
    trace = trace_of(Program(sample("lost-update")).run(Choices({Place(ORDER, 500): 1})))
    assert "choice 500 of order did not come up" in trace.marks.text(0)


def test_a_run_in_which_nothing_will_ever_happen_ends_and_leaves_open_what_is_open() -> None:
    result = Program(loads(STUCK)).run(Choices())
    assert result.is_stuck
    assert result.failure == ""
    assert trace_of(result).calls.outcome.tolist() == [Outcome.RUNNING]


def test_a_script_that_will_never_go_on_ends_the_run_though_it_was_late() -> None:
    text = (
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, block: true, do: [{wait: 1s}]}}\n"
        "script: [{emit: a, times: 2, every: forever}]"
    )
    assert Program(loads(text)).run(Choices()).is_stuck


def test_a_run_that_feeds_itself_is_ended_and_says_so() -> None:
    text = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 1ms}, {emit: a}]}}\nscript: [{emit: a}]"
    endless = loads(text)
    assert Program(endless, most_bytes=1 << 20).run(Choices()).failure == TOO_MUCH


def test_a_run_without_an_end_is_cut_off_also_while_its_script_waits() -> None:
    endless = loads(
        "buslens: 1\nevents: {a: {}}\n"
        "handlers: {first: {on: a, do: [{fail: {}}]}, again: {on: error, do: [{wait: 0ms}, {fail: {}}]}}\n"
        "script: [{emit: a}, {wait: 1s}, {emit: a}]"
    )
    assert Program(endless, most_bytes=50_000).run_real(Choices()).failure == TOO_MUCH


def test_what_cannot_be_explored_is_refused() -> None:
    with pytest.raises(UserError, match="others decide what comes next"):
        Program(sample("lost-update"), engine="rabbitmq")
