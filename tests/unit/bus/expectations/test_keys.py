"""Keys read by columns, beside the same asked of one dispatch after the other."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bus.expectations.keys import same_code
from bus.expectations.records import JudgedRecords
from bus.trace.payload_fields import Missing, value_at
from tests.unit.bus.expectations.conftest import Told, verdicts

VALUES: Any = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([1.0, 0.5, "1", "", [1], {"x": 1}, [[]]])
PAYLOADS: Any = VALUES | st.dictionaries(
    st.sampled_from(["a", "b", "a.b"]), VALUES | st.fixed_dictionaries({"b": VALUES})
)
BYS = st.sampled_from([("a",), ("b", "a"), ("a.b",), ("a.b", "0"), ("a", "b", "a.b")])


def key_of(payload: Any, paths: tuple[str, ...]) -> Any:
    values = [value for path in paths if (value := value_at(payload, path)) is not Missing]
    if not values:
        return Missing
    return (isinstance(values[0], bool), json.dumps(float(values[0]) if type(values[0]) is int else values[0]))


@given(st.lists(PAYLOADS, max_size=10), BYS, st.integers(1, 4))
def test_what_belongs_together_is_what_has_an_equal_field(payloads: list[Any], paths: Any, at_once: int) -> None:
    told = Told()
    for number, payload in enumerate(payloads):
        told.emit(number, "a", payload)
        if number % at_once == 0:
            told.trace()  # its payloads lie in a frame of their own
    records = JudgedRecords(told.trace())
    keys = records.keys(records.emits("a"), paths)
    wanted = [key_of(payload, paths) for payload in payloads]
    assert keys.rows.tolist() == [row for row, key in enumerate(wanted) if key is not Missing]
    known = [key for key in wanted if key is not Missing]
    for one, code in zip(known, keys.codes.tolist(), strict=True):
        assert [other == code for other in keys.codes.tolist()] == [other == one for other in known]
    unknown = len(payloads) - len(known)
    assert keys.unknown.startswith(f"of {unknown} event") if unknown else not keys.unknown
    again = records.keys(records.emits("a")[::-1], paths)
    assert dict(zip(again.rows.tolist(), again.codes.tolist(), strict=True)) == dict(
        zip(keys.rows.tolist(), keys.codes.tolist(), strict=True)
    )


def test_of_what_was_not_recorded_whole_nobody_knows_the_key(told: Told) -> None:
    told.emit(0, "a", {"id": 1})
    told.emit(1, "a", {"id": "x" * 100_000})
    told.emit(2, "a")
    (verdict,) = verdicts({"exactly_once": "a", "by": "id"}, told.trace())
    assert (
        "of 2 events nobody knows to what they belong: the payload of 2 at 1 ms was not recorded whole" in verdict.found
    )


def test_codes_are_found_among_others() -> None:
    assert same_code(np.array([2, 5, 9]), np.array([5, 1, 9, 10])).tolist() == [1, -1, 2, -1]
    assert same_code(np.array([], np.int64), np.array([5])).tolist() == [-1]


def test_a_rule_about_nothing_asks_no_payload(told: Told) -> None:
    assert verdicts({"in_order": ["a", "b"], "by": "id"}, told.trace())[0].met
