"""When a step of the script emits: evenly or at random, at one rate or at one that changes."""

from __future__ import annotations

import random
from itertools import islice, pairwise

import pytest

from bus.scenario.arrivals import EXPECTED, parse

S = 10**9


def times(text: str, lasts_ns: int | None = None, most: int | None = None, seed: int = 1) -> list[float]:
    """In seconds."""
    return [at / S for at in islice(parse(text).times(random.Random(seed), lasts_ns), most)]


def test_an_even_rate_begins_at_once() -> None:
    assert times("4/s", most=5) == [0, 0.25, 0.5, 0.75, 1]
    assert times("120/min", lasts_ns=S) == [0, 0.5]


def test_a_ramp_comes_to_the_mean_of_both_rates() -> None:
    up, down = times("0/s..20/s", 10 * S), times("20/s..0/s", 10 * S)
    assert (len(up), len(down)) == (100, 100)
    assert sum(at < 5 for at in up) == 25
    assert sum(at < 5 for at in down) == 75


def test_at_random_as_many_come_as_their_rate_says_and_gaps_are_exponential() -> None:
    found = times("poisson 50/s", 200 * S)
    assert abs(len(found) - 10_000) < 4 * 10_000**0.5
    gaps = [later - earlier for earlier, later in pairwise(found)]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert spread / mean == pytest.approx(1, abs=0.05)


def test_a_random_ramp_has_its_rate_at_each_moment() -> None:
    found = times("poisson 0/s..100/s", 100 * S)
    assert abs(len(found) - 5_000) < 4 * 5_000**0.5
    assert sum(at < 50 for at in found) / len(found) == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("text", ["", "20", "20/x", "poisson", "1/s..", "..1/s", "-1/s", "1/s..2/s..3/s", "often/s"])
def test_anything_else_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse(text)
    assert "poisson" in EXPECTED


def test_nothing_that_never_comes() -> None:
    with pytest.raises(ValueError, match="above 0"):
        parse("0/s")
    with pytest.raises(ValueError, match="above 0"):
        parse("0/s..0/s")


@pytest.mark.parametrize("text", ["1/s..5/s", "poisson 1/s..5/s", "5/s"])
def test_in_no_time_nothing_comes(text: str) -> None:
    assert times(text, 0) == []
