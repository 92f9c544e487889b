"""Events in an order, and a handler that takes them in theirs. Beside a plain count of random stories."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.expectations.verdict import State
from tests.unit.bus.expectations.conftest import Told, verdicts


@pytest.mark.parametrize(
    ("events", "state", "found"),
    [
        ("a b c", State.MET, "all 3"),
        ("a c", State.MET, "all 2"),
        ("c b a", State.UNMET, "2 too early, the first is 1 at 0 ns"),
        ("a a b b c", State.MET, "all 5"),
        ("a b a", State.UNMET, "1 too early, it is 2 at 1 ms"),
        ("", State.MET, "all 0"),
    ],
)
def test_events_come_in_order(judged: Any, events: str, state: State, found: str) -> None:
    emits = [(at, event, {"id": 1}) for at, event in enumerate(events.split())]
    verdict = judged({"in_order": ["a", "b", "c"], "by": "id"}, emits)
    assert (verdict.state, verdict.found) == (state, found)


def test_another_key_is_another_order(judged: Any) -> None:
    emits = [(0, "b", {"id": 1}), (1, "a", {"id": 2})]
    assert judged({"in_order": ["a", "b"], "by": "id"}, emits).met


@given(st.lists(st.tuples(st.sampled_from("abcx"), st.integers(1, 2)), max_size=12))
def test_who_is_too_early_is_who_comes_before_an_earlier_one(steps: list[tuple[str, int]]) -> None:
    told = Told()
    for at, (event, key) in enumerate(steps):
        told.emit(at, event, {"id": key})
    early = [
        place + 1
        for place, (event, key) in enumerate(steps)
        if event != "x" and any(each != "x" and each < event and by == key for each, by in steps[place + 1 :])
    ]
    (verdict,) = verdicts({"in_order": ["a", "b", "c"], "by": "id"}, told.trace())
    assert verdict.met == (not early)
    assert verdict.search == " OR ".join(f"id:{ident}" for ident in early)


def handled(told: Told, starts: dict[int, float], keys: dict[int, int]) -> None:
    """Emits one event a millisecond, and begins their calls at these times."""
    dispatches = {number: told.emit(number, "placed", {"id": keys[number]}, handlers=1) for number in sorted(keys)}
    for number, ms in sorted(starts.items(), key=lambda each: each[1]):
        told.call(dispatches[number], "ship", ms, ms + 0.5)


def test_a_handler_that_overtakes_is_named_with_its_call(told: Told) -> None:
    handled(told, {0: 12, 1: 10, 2: 11}, {0: 1, 1: 1, 2: 2})
    (verdict,) = verdicts({"handled_in_order": "ship", "by": "id"}, told.trace())
    assert verdict.state is State.UNMET
    assert verdict.found == "1 overtaken, the first event is 1 at 0 ns"
    assert (verdict.table, verdict.search) == ("calls", "id:6")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 2)), max_size=8))
def test_who_is_overtaken_is_who_starts_after_a_later_emit(calls: list[tuple[int, int]]) -> None:
    told = Told()
    keys = {number: key for number, (_start, key) in enumerate(calls)}
    starts = {number: 20 + start + number / 100 for number, (start, _key) in enumerate(calls)}
    handled(told, starts, keys)
    overtaken = [
        number
        for number in sorted(starts, key=lambda each: starts[each])
        if any(keys[each] == keys[number] and starts[each] < starts[number] for each in range(number + 1, len(calls)))
    ]
    trace = told.trace()
    (verdict,) = verdicts({"handled_in_order": "ship", "by": "id"}, trace)
    assert verdict.met == (not overtaken)
    of_calls = [f"id:{int(trace.calls.id[trace.calls.dispatch == number + 1][0])}" for number in overtaken]
    assert verdict.search == " OR ".join(of_calls)


def test_what_belongs_to_others_may_overtake(told: Told) -> None:
    handled(told, {0: 12, 1: 10}, {0: 1, 1: 2})
    assert verdicts({"handled_in_order": "ship", "by": "id"}, told.trace())[0].met


def test_a_retry_is_late_by_its_nature(told: Told) -> None:
    first, second = (told.emit(at, "placed", {"id": 1}, handlers=1) for at in (0, 1))
    for dispatch, ms in ((first, 2), (second, 3), (first, 4)):
        told.call(dispatch, "ship", ms, ms + 0.5)
    assert verdicts({"handled_in_order": "ship", "by": "id"}, told.trace())[0].met
