"""Shrinking: the fewest choices of an order, then of draws, and the shortest script; and nothing where none matters."""

from __future__ import annotations

from bus.exploration.program import Program
from bus.exploration.shrinking import Shrinker, Shrunk
from bus.runtime.choices import DRAW, ORDER, READY, Place
from bus.scenario import Document, loads
from tests.helpers.exploring import BROKEN, HOSTILE, TWICE_TURNED, UNLUCKY, explored, sample


def shrunk(document: Document, runs: int, *, hostile: bool = False) -> Shrunk:
    tally = explored(document, runs, hostile=hostile)
    (sighting,) = tally.sightings.values()
    return Shrinker(Program(document, hostile=hostile), sighting.what).shrunk(sighting.made)


def test_a_lost_update_needs_one_exchange_and_two_deposits() -> None:
    found = shrunk(sample("lost-update"), 10)
    assert found.made == {Place(ORDER, 0): 1}
    assert found.is_minimal
    (step,) = found.program.document.values["script"]
    assert step["times"] == 2


def test_a_draw_alone_is_found_to_be_enough() -> None:
    found = shrunk(loads(UNLUCKY), 300)
    assert list(found.made) == [Place(f"{DRAW}reply", 0)]


def test_what_is_broken_in_each_run_needs_no_choice_and_half_the_script() -> None:
    found = shrunk(loads(BROKEN), 3)
    assert found.made == {}
    assert found.program.document.values["script"] == [{"emit": "ask"}, {"emit": "ask"}]


def test_in_hostile_runs_the_hostile_choice_is_left() -> None:
    found = shrunk(loads(HOSTILE), 30, hostile=True)
    assert [place.kind for place in found.made] == [READY]


def test_a_hostile_run_that_needs_no_hostile_order_is_shrunk_to_a_legal_one() -> None:
    found = shrunk(sample("lost-update"), 10, hostile=True)
    assert {place.kind for place in found.made} == {ORDER}


def test_an_order_of_three_needs_two_choices_whatever_the_run_was_that_found_it() -> None:
    found = shrunk(loads(TWICE_TURNED), 30)
    assert len(found.made) <= 2
    assert found.is_minimal
