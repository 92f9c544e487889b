"""What rules ask of a trace: an order of emits, keys, what is unknown; and that a long look can be ended."""

from __future__ import annotations

from typing import Any

import pytest

from bus.expectations.judge import judge
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import State
from bus.scenario.model import Scenario
from buslens.records import Lacking
from tests.unit.bus.expectations.conftest import Told, verdicts


def test_emits_are_in_the_order_of_time_and_then_of_records(told: Told) -> None:
    for ms, event in ((5, "a"), (1, "b"), (5, "b"), (1, "a")):
        told.emit(ms, event)
    records = JudgedRecords(told.trace())
    assert [int(records.trace.dispatches.id[row]) for row in records.emits(["a", "b"])] == [2, 4, 1, 3]
    assert records.places.tolist() == [2, 0, 3, 1]


def test_a_flow_whose_cause_nobody_knows_is_no_key(told: Told) -> None:
    told.emit(0, "a", inside=99)
    told.emit(1, "a")
    keys = JudgedRecords(told.trace()).keys(JudgedRecords(told.trace()).emits("a"), ())
    assert len(keys.rows) == 1
    assert "of 1 event nobody knows" in keys.unknown


def test_what_was_not_recorded_for_a_while_makes_nothing_certain(told: Told) -> None:
    told.recorder.mark("paused", lacking=int(Lacking.DISPATCHES))
    told.emit(0, "a")
    (verdict,) = verdicts({"never": "b"}, told.trace())
    assert verdict.state is State.UNKNOWN
    assert "not recorded for a while" in verdict.found
    (broken,) = verdicts({"never": "a"}, told.trace())
    assert broken.state is State.UNMET


class Enough(Exception):
    """Raised by whoever waits no longer."""


def test_a_long_look_can_be_ended(told: Told) -> None:
    for at in range(3000):
        told.emit(at, "a", {"id": at})
    expected = Scenario.model_validate({"buslens": 1, "expect": [{"exactly_once": "a", "by": "id"}]}).expect
    shares: list[float] = []

    def progress(share: float) -> None:
        shares.append(share)
        if len(shares) == 3:
            raise Enough

    with pytest.raises(Enough):
        judge(expected, told.trace(), progress=progress)
    assert shares == [0.0, 0.0, 0.0]


def test_an_empty_trace_breaks_nothing_that_must_never_be(told: Told) -> None:
    rules: list[dict[str, Any]] = [
        {"never": "a"}, {"always": "a", "holds": "false"}, {"each": "a", "leads_to": "b"},
        {"each": "a", "ends_in": ["b"]}, {"in_order": ["a", "b"]}, {"handled_in_order": "h"}, {"exactly_once": "a"},
        {"no_problems": "warning"}, {"no_rows": "SELECT * FROM calls"},
    ]  # fmt: skip
    for rule in rules:
        (verdict,) = verdicts(rule, told.trace())
        assert verdict.met, rule
