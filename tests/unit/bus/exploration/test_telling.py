"""A finding tells whose order decides, what it needs, where it leaves a run that passes, and what has not ended."""

from __future__ import annotations

from bus.exploration.program import Program
from bus.exploration.shrinking import Shrinker
from bus.exploration.telling import DRAWS, HOSTILE, LEGAL, NOTHING, Finding, finding
from bus.scenario import Document, loads
from tests.helpers import exploring
from tests.helpers.exploring import explored, sample


def told(document: Document, runs: int, *, hostile: bool = False) -> Finding:
    program = Program(document, hostile=hostile)
    (sighting,) = explored(document, runs, hostile=hostile).sightings.values()
    return finding(program, sighting, Shrinker(program, sighting.what).shrunk(sighting.made))


def test_the_guilty_pair_is_named_with_its_calls() -> None:
    found = told(sample("lost-update"), 10)
    assert found.needs == LEGAL
    assert "call 4 of deposit (deposit.made) goes before call 2 of deposit (deposit.made)" in found.guilty
    assert "both are due at the same time" in found.guilty


def test_the_first_divergence_is_that_from_the_nearest_run_that_passes() -> None:
    assert "deposit.stored carries number 2 in A, and number 1 in B" in told(sample("lost-update"), 10).divergence


def test_a_run_that_only_takes_longer_is_not_said_to_be_the_same() -> None:
    slow = loads(
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 5ms..15ms}]}}\nscript: [{emit: a}]\n"
        "expect: [{bounded: duration, handler: h, longest: 14500us}]\n"
    )
    found = told(slow, 100)
    assert found.needs == DRAWS
    assert found.divergence == "Both have the same emits and calls, at other times."


def test_draws_that_decide_are_named() -> None:
    found = told(loads(exploring.UNLUCKY), 300)
    assert found.needs == DRAWS
    assert found.guilty.startswith("FIFO throughout: the order never mattered. It takes that reply draws 0.0")


def test_what_happens_by_itself_is_said_to() -> None:
    found = told(loads(exploring.BROKEN), 3)
    assert found.needs == NOTHING
    assert found.guilty.startswith("FIFO throughout")
    assert found.divergence == ""


def test_a_hostile_order_is_said_to_be_needed() -> None:
    found = told(loads(exploring.HOSTILE), 30, hostile=True)
    assert found.needs == HOSTILE
    assert "call 4 of two goes before call 2 of one, though both are ready" in found.guilty


def test_calls_that_have_not_ended_are_told_with_their_line() -> None:
    (pending,) = told(loads(exploring.STUCK), 2).pending
    assert pending == "reply (ask), call 2: untitled:5", "its line in the scenario that was explored"


def test_what_the_seed_draws_is_not_said_not_to_decide() -> None:
    by_seed = exploring.UNLUCKY.replace("0.02", "0.5").replace("buslens: 1", "buslens: 1\nseed: SEED")
    for seed in range(20):
        found = told(loads(by_seed.replace("SEED", str(seed))), 30)
        if found.needs == NOTHING:
            assert "What the seed draws decides: with " in found.guilty
            return
    raise AssertionError("one of twenty seeds draws what fails half of the time")


def test_where_nothing_is_drawn_that_is_said() -> None:
    assert told(loads(exploring.BROKEN), 3).guilty.endswith("No number is drawn.")
