"""How likely a bug was rises where it was decided, and is certain where nothing is left to choose."""

from __future__ import annotations

from bus.exploration.chance import ChancePoint, chance
from bus.exploration.program import Program
from bus.exploration.saving import scenario_of
from bus.exploration.shrinking import Shrinker
from bus.scenario import Document, loads
from tests.helpers.exploring import BROKEN, UNLUCKY, explored, sample


def along(document: Document, runs: int) -> list[ChancePoint]:
    """A finding that so many runs show."""
    (sighting,) = explored(document, runs).sightings.values()
    replay = scenario_of(Shrinker(Program(document), sighting.what).shrunk(sighting.made))
    return list(chance(Program(replay), sighting.what, points=6, runs=20))


def test_it_rises_at_the_choice_that_decides() -> None:
    points = along(sample("lost-update"), 10)
    assert [point.choices for point in points[:2]] == [0, 1]
    assert 0 < points[0].breaking < 20
    assert points[1].time_ns == 10_000_000
    assert {point.breaking for point in points[1:]} == {20}


def test_a_draw_decides_as_an_order_does() -> None:
    points = along(loads(UNLUCKY), 300)
    assert points[0].share < 0.5
    assert points[-1].share == 1.0


def test_what_happens_in_each_run_was_certain_from_the_beginning() -> None:
    points = list(chance(Program(loads(BROKEN)), "ask: emitted: <= 1", points=3, runs=4))
    assert {point.share for point in points} == {1.0}
