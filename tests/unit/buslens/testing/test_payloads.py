"""A payload is as expected, or it is said where it first differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unittest.mock import ANY

import pytest

from buslens.recorder import Recorder
from buslens.redaction import Redaction
from buslens.testing.payloads import ANYTHING, PayloadMatch
from buslens.testing.seen import SeenEmit
from tests.helpers.seen_rows import emit


@dataclass
class Order:
    number: int


class Strange:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    __hash__ = None  # type: ignore[assignment]


def difference(expected: Any, actual: Any) -> str:
    return PayloadMatch(expected, Recorder(redaction=Redaction())).difference(SeenEmit.of(emit(actual)))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"id": 1}, {"id": 1, "other": [2]}),
        ({}, {"id": 1}),
        ({"a": {"b": (1, 2)}}, {"a": {"b": [1, 2], "c": 3}}),
        ({"id": ANY, "price": pytest.approx(0.3)}, {"id": 7, "price": 0.1 + 0.2}),
        ({1: "x"}, {"1": "x"}),
        (ANYTHING, 5),
        (None, None),
        ([1, {"a": 2}], [1, {"a": 2, "b": 3}]),
    ],
)
def test_what_is_expected_is_there(expected: Any, actual: Any) -> None:
    match = PayloadMatch(expected, Recorder(redaction=Redaction()))
    row = {**emit(actual), "payload": actual}
    assert match.difference(SeenEmit.of(row)) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "says"),
    [
        ({"id": 1}, {"id": 2}, "id: 2, not 1"),
        ({"id": 1}, {"no": 1}, "id: not there"),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b: 2, not 1"),
        ([1, 2], [1], "payload: 1 items, not 2"),
        ({"a": 1}, [1], "payload: [1], not {'a': 1}"),
        (True, 1, "payload: 1, not True"),
        ("1", 1, "payload: 1, not '1'"),
        (Strange(), 1, "payload: 1, not "),
    ],
)
def test_the_first_difference_is_said(expected: Any, actual: Any, says: str) -> None:
    assert difference(expected, actual).startswith(says)


def test_objects_are_compared_as_they_are_recorded_and_secrets_by_what_replaces_them() -> None:
    recorder = Recorder(redaction=Redaction())
    recorded = PayloadMatch({}, recorder)._recorded
    for expected, other in (({"order": Order(5)}, {"order": Order(6)}), ({"password": "geheim"}, {"password": "x"})):
        seen = SeenEmit.of(emit(recorded(expected)))
        assert PayloadMatch(expected, recorder).difference(seen) == ""
        assert PayloadMatch(other, recorder).difference(seen)


def test_what_carried_nothing_is_none_and_what_has_no_data_its_text() -> None:
    recorder = Recorder(redaction=Redaction())
    nothing = SeenEmit.of({**emit(), "payload": None, "text": "", "is_json": False})
    assert PayloadMatch(None, recorder).difference(nothing) == ""
    assert PayloadMatch(1, recorder).difference(nothing)
    text = SeenEmit.of({**emit(), "payload": None, "text": "b'x'", "is_json": False})
    assert PayloadMatch(2, recorder).difference(text) == "differs"
