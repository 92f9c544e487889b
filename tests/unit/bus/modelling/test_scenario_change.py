"""One change of a scenario, as it is typed."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.modelling.scenario_change import ScenarioChange, rates_scaled, read, read_all


def test_a_change_has_a_key_and_a_value() -> None:
    assert read(" arrivals = 2x ") == ScenarioChange("arrivals", "2x")
    assert str(read("rate=200/s")) == "rate=200/s"
    assert (read("arrivals=2.5x").factor, read("arrivals=fast").factor) == (2.5, None)


def test_whole_numbers_are_said_or_made_by_a_factor() -> None:
    assert read("workers=3").whole_number(None, 1, 32) == 3
    assert read("workers=1.5x").whole_number(2, 1, 32) == 3


@pytest.mark.parametrize("text", ["workers=1.5", "workers=-1", "workers=33", "workers=2x", "workers=²"])
def test_what_is_no_whole_number_is_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match="expected a whole number from 1 to 32"):
        read(text).whole_number(None, 1, 32)


@pytest.mark.parametrize("text", ["arrivals", "=2x", "arrivals= "])
def test_what_is_no_change_is_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match="is no change"):
        read(text)


@pytest.mark.parametrize("text", ["arrivals=0x", "arrivals=1000000x"])
def test_a_factor_has_bounds(text: str) -> None:
    with pytest.raises(UserError, match="is no factor"):
        _ = read(text).factor


def test_the_same_twice_is_refused_and_not_taken_as_one_of_them() -> None:
    with pytest.raises(UserError, match="arrivals is changed twice"):
        read_all(["arrivals=2x", "engine=pyee", "arrivals=3x"])


def test_rates_of_a_text_are_scaled() -> None:
    assert rates_scaled("poisson 10/s..200.5/s", 2) == "poisson 20/s..401/s"
