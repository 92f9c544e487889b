"""A trace that grows is judged again and again, and each verdict is that of somebody who reads all of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bus.expectations.judge import judge
from bus.expectations.remembered import Remembered
from bus.scenario.model import Scenario
from bus.trace import Trace
from bus.trace.blobs import Blobs
from tests.unit.bus.expectations.conftest import Told

EXPECTED = Scenario.model_validate({
    "buslens": 1,
    "expect": [
        {"never": "b", "if": "event.payload.id > 1"},
        {"never": "b", "after": "a", "by": "id"},
        {"always": "a", "holds": "event.payload.id >= 0"},
        {"always": "*", "holds": "event.payload.id == 1 && event.name != 'c'"},
        {"eventually": "c", "if": "event.payload.id == 2"},
        {"each": "a", "leads_to": ["b", "c"], "by": "id", "within": "5ms", "if": "event.payload.id >= 0"},
        {"each": "a", "ends_in": ["b", "c"], "by": ["id", "key"]},
        {"in_order": ["a", "b", "c"], "by": "id"},
        {"handled_in_order": "h", "by": "id"},
        {"exactly_once": "b", "for": "a", "by": "id"},
        {"at_most_once": "a", "by": "id", "handler": "h"},
        {"each": "a", "leads_to": "b"},
        {"event": "a", "emitted": "<= 3", "lost": 0},
        {"bounded": "rate", "event": "*", "most": "2/ms"},
    ],
}).expect  # fmt: skip
PAYLOADS: Any = st.sampled_from(
    [{"id": 0}, {"id": 1}, {"id": 2}, {"id": "x"}, {"key": 1}, None, 7, {"id": "x" * 100_000}]
)
EMITS = st.tuples(st.sampled_from("abc"), st.integers(0, 9), PAYLOADS, st.booleans())


@given(st.lists(st.lists(EMITS, max_size=4), min_size=1, max_size=5))
def test_a_verdict_is_the_same_whatever_was_read_before(parts: list[list[Any]]) -> None:
    told, remembered = Told(), Remembered()
    for at, part in enumerate(parts):
        for event, ms, payload, is_handled in part:
            dispatch = told.emit(ms, event, payload, handlers=int(is_handled))
            if is_handled:
                told.call(dispatch, "h", ms, ms + 1)
        trace = told.trace()
        how = {"end_is_known": True, "goes_on": at < len(parts) - 1}
        assert judge(EXPECTED, trace, **how, remembered=remembered) == judge(EXPECTED, trace, **how)


def read(monkeypatch: Any, remembered: Remembered, trace: Trace) -> int:
    """How many payloads one look reads."""
    asked: list[int] = []
    values = Blobs.values

    def counting(self: Blobs, idents: Any) -> Any:
        asked.append(len(idents))
        return values(self, idents)

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "values", counting)
        judge(EXPECTED, trace, goes_on=True, remembered=remembered)
    return sum(asked)


def test_a_look_reads_only_what_has_come_since_the_one_before(told: Told, monkeypatch: Any) -> None:
    remembered = Remembered()
    for number in range(100):
        told.emit(number, "a", {"id": 1})
    assert read(monkeypatch, remembered, told.trace()) > 100
    assert read(monkeypatch, remembered, told.trace()) == 0
    told.emit(100, "a", {"id": 1})
    assert 0 < read(monkeypatch, remembered, told.trace()) < 10


def test_a_payload_that_was_not_there_is_read_when_it_has_come(told: Told) -> None:
    remembered = Remembered()
    told.emit(0, "a", {"id": 1})
    trace = told.trace()
    remembered.look_at(trace)
    rows = np.array([0])
    late: list[Any] = []
    assert remembered.keys.codes(rows, ("id",), lambda _: iter(late)).tolist() == [-2]
    remembered.look_at(trace)
    late.append((0, {"id": 1}))
    assert remembered.keys.codes(rows, ("id",), lambda _: iter(late)).tolist() == [1]


def test_of_another_trace_nothing_is_known(told: Told) -> None:
    remembered = Remembered()
    for id_ in (1, 5):
        other = Told()
        other.emit(0, "b", {"id": id_})
        never = judge(EXPECTED, other.trace(), end_is_known=True, remembered=remembered)[0]
        assert never.found.startswith("0" if id_ == 1 else "1")
