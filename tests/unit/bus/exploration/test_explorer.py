"""Exploring finds planted bugs: of order, of luck, and in each run; and none where there is none."""

from __future__ import annotations

import gc

from bus.exploration.explorer import Plan, collecting_seldom
from bus.runtime.choices import DRAW
from tests.helpers.exploring import HOSTILE, LOST_UPDATE, UNLUCKY, explored, sample


def test_the_first_run_is_the_one_that_makes_no_choices() -> None:
    tally = explored(sample("lost-update"), 1)
    assert tally.breaking == 0
    assert tally.orders.count == 1


def test_a_lost_update_is_found_with_the_choices_that_lead_to_it() -> None:
    tally = explored(sample("lost-update"), 10)
    assert set(tally.sightings) == {LOST_UPDATE}
    assert tally.sightings[LOST_UPDATE].made


def test_where_the_order_does_not_matter_nothing_is_found() -> None:
    tally = explored(sample("ten-runners"), 30)
    assert tally.breaking == 0
    assert tally.orders.count > 20


def test_what_takes_luck_is_found_among_the_draws() -> None:
    tally = explored(UNLUCKY, 300)
    assert 0 < tally.breaking < 60
    (sighting,) = tally.sightings.values()
    assert all(place.kind.startswith(DRAW) for place in sighting.made)


def test_what_asyncio_rules_out_is_found_only_in_hostile_runs() -> None:
    assert explored(HOSTILE, 30).breaking == 0
    assert explored(HOSTILE, 30, hostile=True).breaking > 0


def test_the_seed_of_the_strategy_makes_other_runs() -> None:
    one, other = (explored(sample("ten-runners"), 3, plan=Plan(seed=seed)).orders.smallest for seed in (0, 1))
    assert one != other
    assert one == explored(sample("ten-runners"), 3).orders.smallest


def test_python_looks_for_garbage_as_before_when_it_is_over() -> None:
    with collecting_seldom():
        assert not gc.isenabled()
    assert gc.isenabled()
