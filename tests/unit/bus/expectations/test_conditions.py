"""What a condition says of many events, and of which it says nothing."""

from __future__ import annotations

from bus.expectations import conditions
from bus.expectations.records import JudgedRecords
from tests.unit.bus.expectations.conftest import Told


def test_each_event_has_its_answer_and_the_first_failure_its_reason(told: Told) -> None:
    for at, payload in enumerate(({"id": 1}, {"id": 2}, {"id": "x" * 100_000}, {"no": 1}, {"nothing": 1})):
        told.emit(at, "a", payload)
    records = JudgedRecords(told.trace())
    answers = records.answers(records.emits("a"), "event.payload.id == 1")
    yes, no, failed, missing = conditions.YES, conditions.NO, conditions.FAILED, conditions.NOT_RECORDED
    assert answers.said.tolist() == [yes, no, missing, failed, failed]
    assert "id" in answers.failed
