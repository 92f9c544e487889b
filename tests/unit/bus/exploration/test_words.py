"""What exploring has shown, as people read it."""

from __future__ import annotations

from bus.exploration.chance import ChancePoint
from bus.exploration.explorer import Plan
from bus.exploration.program import Program
from bus.exploration.shrinking import Shrinker
from bus.exploration.telling import finding
from bus.exploration.words import Explored, chance_sentence, finding_lines, summary_lines
from bus.scenario import loads
from tests.helpers.exploring import BROKEN, explored

MS = 1_000_000


def test_a_finding_says_how_often_what_it_needs_and_how_small_it_is() -> None:
    program = Program(loads(BROKEN))
    (sighting,) = explored(BROKEN, 3).sightings.values()
    told = list(finding_lines(finding(program, sighting, Shrinker(program, sighting.what).shrunk({})), 3))
    assert "3 of 3 runs break it, the first is run 0; needs nothing: it happens in the plain run." in told
    assert told[-1].startswith("shrunk to 0 choices and 2 script steps in ")


def test_the_summary_says_how_much_and_what_was_left_out() -> None:
    told = list(summary_lines(Explored(Program(loads(BROKEN)), Plan(), 2, 0.5, explored(BROKEN, 3)), left=4))
    assert told[0] == "… and 4 more things that runs break"
    assert told[1] == "3 runs, 3 break something; 1 distinct run; 6 runs/s in 2 processes"
    assert any(line.startswith("not tried: strategy pct") for line in told)


def test_it_is_told_where_the_chance_rises_most() -> None:
    points = [ChancePoint(0, 0, 50, 5), ChancePoint(4 * MS, 1, 50, 6), ChancePoint(10 * MS, 2, 50, 50)]
    assert chance_sentence(points) == (
        "It was mostly decided at 10 ms: 6 of 50 runs that choose anew before it break it, and 50 after it."
    )


def test_between_points_that_leave_choices_out_the_time_is_not_known_better() -> None:
    points = [ChancePoint(0, 0, 50, 5), ChancePoint(4 * MS, 1, 50, 6), ChancePoint(10 * MS, 9, 50, 45)]
    assert chance_sentence(points).startswith("It was mostly decided between 4 ms and 10 ms")
    assert chance_sentence(points).endswith("At the end of the choices it is 45 of 50 runs.")


def test_what_is_certain_from_the_beginning_is_said_to_be() -> None:
    points = [ChancePoint(0, 0, 50, 50), ChancePoint(MS, 1, 50, 50)]
    assert chance_sentence(points) == "All of 50 runs with other choices from the beginning break it as well."
