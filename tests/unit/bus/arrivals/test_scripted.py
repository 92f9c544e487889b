"""Arrivals as a script: in the order of their times, with what a scenario cannot hold said."""

from __future__ import annotations

import pytest

from bus.arrivals.scripted import Arrival, scenario_of
from bus.errors import UserError
from bus.scenario import loads


def test_they_are_emitted_in_the_order_of_their_times_from_the_first_on() -> None:
    made = scenario_of([Arrival("b", {"n": 2}, 3 * 10**9), Arrival("a", None, 10**9)], [], {"a": {"description": "x"}})
    scenario = loads(made.text).scenario
    assert [(step.emit, step.at) for step in scenario.script] == [("a", "0s"), ("b", "2s")]
    assert scenario.events["a"].description == "x"
    assert not made.notes


def test_without_all_times_they_come_one_after_another_and_that_is_said() -> None:
    made = scenario_of([Arrival("b", 1, 5), Arrival("a", 2, None)], ["before"], {})
    assert [step.emit for step in loads(made.text).scenario.script] == ["b", "a"]
    assert made.notes == ("before", "not every event has a time: they are emitted one after another")


def test_a_name_that_a_scenario_cannot_have_is_kept_as_a_description() -> None:
    made = scenario_of([Arrival("order {placed}", None, 0)], [], {})
    (event,) = loads(made.text).scenario.events.values()
    assert event.description == "called order {placed} where it was written down"


def test_events_that_lie_years_apart_are_refused_in_words() -> None:
    with pytest.raises(UserError, match="a scenario lasts a year at most"):
        scenario_of([Arrival("a", None, 0), Arrival("a", None, 10**9 * 99_999_999)], [], {})
