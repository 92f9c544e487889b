"""Exactly, at most and at least once for each key; beside a plain count of random stories."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.expectations.verdict import State
from buslens.records import Outcome
from tests.unit.bus.expectations.conftest import Told, verdicts

TWICE = [(0, "placed", {"id": 1}), (1, "placed", {"id": 2}), (2, "shipped", {"id": 1}), (3, "shipped", {"id": 1})]


@pytest.mark.parametrize(
    ("rule", "state", "found"),
    [
        ({"at_most_once": "shipped", "by": "id"}, State.UNMET, "1 more than once of 1 key, it is 4 at 3 ms"),
        ({"at_least_once": "shipped", "by": "id", "for": "placed"}, State.UNMET, "1 never of 2 keys, it is 2 at 1 ms"),
        (
            {"exactly_once": "shipped", "by": "id", "for": "placed"},
            State.UNMET,
            "1 more than once and 1 never of 2 keys, it is 4 at 3 ms",
        ),
        ({"exactly_once": "placed", "by": "id"}, State.MET, "all of 2 keys"),
        ({"at_most_once": "shipped"}, State.MET, "all of 2 flows"),
        ({"exactly_once": "placed", "by": "number"}, State.UNKNOWN, None),
    ],
)
def test_how_often(judged: Any, rule: dict[str, Any], state: State, found: str | None) -> None:
    verdict = judged(rule, TWICE)
    assert verdict.state is state
    assert found is None or verdict.found == found


def test_of_a_handler_the_calls_that_ended_well_count(told: Told) -> None:
    one, two, three = (told.emit(at, "placed", {"id": at}, handlers=1) for at in range(3))
    for dispatch, ms, outcome in ((one, 5, Outcome.FAILED), (one, 6, Outcome.OK), (two, 7, Outcome.OK),
                                  (two, 8, Outcome.OK), (three, 9, Outcome.FAILED)):  # fmt: skip
        told.call(dispatch, "charge", ms, ms + 0.5, outcome)
    trace = told.trace()
    rule = {"handler": "charge", "by": "id"}
    (exactly,) = verdicts({"exactly_once": "placed", **rule}, trace)
    (at_most,) = verdicts({"at_most_once": "placed", **rule}, trace)
    assert exactly.found == "1 more than once and 1 never of 3 keys, it is 2 at 1 ms"
    assert at_most.found == "1 more than once of 2 keys, it is 2 at 1 ms"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=10))
def test_each_key_is_counted_as_one_would_by_hand(steps: list[tuple[str, int]]) -> None:
    told = Told()
    for at, (event, key) in enumerate(steps):
        told.emit(at, event, {"id": key})
    trace = told.trace()
    count, wanted = Counter(key for event, key in steps if event == "b"), {key for event, key in steps if event == "a"}
    rule = {"by": "id", "for": "a"}
    assert verdicts({"at_most_once": "b", **rule}, trace)[0].met == all(each < 2 for each in count.values())
    assert verdicts({"at_least_once": "b", **rule}, trace)[0].met == all(count[key] for key in wanted)
    assert verdicts({"exactly_once": "b", **rule}, trace)[0].met == all(count[key] == 1 for key in {*count, *wanted})


def test_true_is_another_key_than_one_and_than_its_text(judged: Any) -> None:
    emits = [(at, "a", {"id": key}) for at, key in enumerate((1, True, "true", "1", None, 1.5, [1], {"a": 1}))]
    assert judged({"exactly_once": "a", "by": "id"}, emits).found == "all of 8 keys"
