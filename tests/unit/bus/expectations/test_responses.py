"""One event leads to another; each ends in exactly one of several. Beside a plain count of random stories."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.expectations.verdict import State
from tests.unit.bus.expectations.conftest import Told, verdicts

PLACED = [(0, "placed", {"id": 1}), (1, "placed", {"id": 2}), (4, "paid", {"id": 1}), (9, "paid", {"id": 2})]


@pytest.mark.parametrize(
    ("rule", "state", "found"),
    [
        ({"each": "placed", "leads_to": "paid", "by": "id"}, State.MET, "all 2"),
        ({"each": "placed", "leads_to": "paid", "by": "id", "within": "8ms"}, State.MET, "all 2"),
        ({"each": "placed", "leads_to": "paid", "by": "id", "within": "5ms"}, State.UNMET, "1 of 2 without"),
        ({"each": "placed", "leads_to": ["paid", "cancelled"], "by": ["order", "id"]}, State.MET, "all 2"),
        ({"each": "placed", "leads_to": "paid"}, State.UNMET, "2 of 2 without"),
        ({"each": "paid", "leads_to": "placed", "by": "id"}, State.UNMET, "2 of 2 without"),
        ({"each": "placed", "leads_to": "paid", "by": "id", "if": "event.payload.id == 1"}, State.MET, "all 1"),
        ({"each": "placed", "leads_to": "paid", "by": "order"}, State.UNKNOWN, "all 2"),
        ({"each": "placed", "ends_in": ["paid", "cancelled"], "by": "id"}, State.MET, "all 2"),
        ({"each": "placed", "ends_in": ["cancelled"], "by": "id"}, State.UNMET, "2 in none of 2"),
    ],
)
def test_what_must_follow(judged: Any, rule: dict[str, Any], state: State, found: str) -> None:
    verdict = judged(rule, PLACED)
    assert (verdict.state, verdict.found.startswith(found) or state is State.UNKNOWN) == (state, True)


def test_without_a_key_the_flow_tells_what_belongs_together(told: Told) -> None:
    first, second = told.emit(0, "placed", handlers=1), told.emit(1, "placed", handlers=1)
    told.emit(3, "paid", inside=told.call(first, "charge", 2, None))
    told.call(second, "charge", 4, 5)
    (verdict,) = verdicts({"each": "placed", "leads_to": "paid"}, told.trace())
    assert (verdict.state, verdict.found) == (State.UNMET, "1 of 2 without, it is 2 at 1 ms")
    assert verdict.search == "id:2"


def test_what_is_late_is_open_until_its_time_is_over(judged: Any) -> None:
    rule = {"each": "placed", "leads_to": "shipped", "by": "id", "within": "9ms"}
    assert judged(rule, PLACED[:2], goes_on=True).state is State.OPEN
    assert judged(rule, PLACED, goes_on=True).state is State.OPEN  # the last one is due at 10 ms
    assert judged(rule, [*PLACED, (11, "other", None)], goes_on=True).state is State.UNMET


def test_a_capture_without_an_end_cannot_tell_what_would_have_come(judged: Any) -> None:
    verdict = judged({"each": "placed", "leads_to": "shipped", "by": "id"}, PLACED, end_is_known=False)
    assert verdict.state is State.UNKNOWN
    assert "no end mark" in verdict.found


STORIES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.integers(1, 3)), max_size=12)


@given(STORIES, st.none() | st.integers(0, 5))
def test_each_is_counted_as_one_would_by_hand(steps: list[tuple[int, str, int]], within: int | None) -> None:
    told, story, now = Told(), [], 0
    for after, event, key in steps:
        now += after
        told.emit(now, event, {"id": key})
        story.append((now, event, key))
    ends = {
        place: [
            later for later in range(place + 1, len(story))
            if story[later][1] in "bc" and story[later][2] == key and (within is None or story[later][0] - at <= within)
        ]
        for place, (at, event, key) in enumerate(story) if event == "a"
    }  # fmt: skip
    limit = {} if within is None else {"within": f"{within}ms"}
    (response,) = verdicts({"each": "a", "leads_to": ["b", "c"], "by": "id", **limit}, told.trace())
    (conservation,) = verdicts({"each": "a", "ends_in": ["b", "c"], "by": "id", **limit}, told.trace())
    assert response.met == all(ends.values())
    assert conservation.met == all(len(each) == 1 for each in ends.values())
    assert response.search.count("id:") == sum(not each for each in ends.values())
