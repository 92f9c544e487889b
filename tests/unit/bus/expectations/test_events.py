"""Rules about single events: never, always, eventually."""

from __future__ import annotations

from typing import Any

import pytest

from bus.expectations.verdict import State
from tests.unit.bus.expectations.conftest import Told, verdicts

SHIPPED_THEN_REFUNDED = [
    (0, "shipped", {"id": 1}), (5, "refunded", {"id": 1}), (6, "refunded", {"id": 2}), (7, "shipped", {"id": 2}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "state", "found"),
    [
        ({"never": "lost"}, State.MET, "0"),
        ({"never": "refunded"}, State.UNMET, "2, the first is 2 at 5 ms"),
        ({"never": "refunded", "if": "event.payload.id > 1"}, State.UNMET, "1, it is 3 at 6 ms"),
        ({"never": "refunded", "if": "event.payload.id > 2"}, State.MET, "0"),
        ({"never": "refunded", "after": "shipped", "by": "id"}, State.UNMET, "1, it is 2 at 5 ms"),
        ({"never": "refunded", "after": "shipped"}, State.MET, "0"),  # each is a flow of its own
        ({"never": "*", "after": "refunded", "by": "id"}, State.UNMET, "1, it is 4 at 7 ms"),
        ({"never": "refunded", "if": "event.payload.total > 1"}, State.UNKNOWN, None),
    ],
)
def test_never(judged: Any, rule: dict[str, Any], state: State, found: str | None) -> None:
    verdict = judged(rule, SHIPPED_THEN_REFUNDED)
    assert verdict.state is state
    assert found is None or verdict.found == found


def test_the_rows_against_a_rule_are_a_search_line(judged: Any) -> None:
    assert judged({"never": "refunded"}, SHIPPED_THEN_REFUNDED).search == "id:2 OR id:3"


def test_a_condition_without_an_answer_says_why(judged: Any) -> None:
    verdict = judged({"never": "refunded", "if": "event.payload.total > 1"}, SHIPPED_THEN_REFUNDED)
    assert "of 2 events the condition has no answer" in verdict.found
    assert "there is no total" in verdict.found


@pytest.mark.parametrize(
    ("holds", "state", "found"),
    [
        ("event.payload.id > 0", State.MET, "all 2"),
        ("event.payload.id > 1", State.UNMET, "1 event of 2 not, it is 1 at 0 ns"),
        ("event.payload.total > 1", State.UNMET, "2 events of 2 not, the first is 1 at 0 ns"),
    ],
)
def test_always_means_each_of_these_events(judged: Any, holds: str, state: State, found: str) -> None:
    verdict = judged({"always": "shipped", "holds": holds}, SHIPPED_THEN_REFUNDED)
    assert verdict.state is state
    assert verdict.found.startswith(found)


@pytest.mark.parametrize(
    ("rule", "now", "over"),
    [
        ({"eventually": "shipped"}, State.MET, State.MET),
        ({"eventually": "refunded", "within": "5ms"}, State.MET, State.MET),
        ({"eventually": "refunded", "within": "4ms"}, State.UNMET, State.UNMET),
        ({"eventually": "paid"}, State.OPEN, State.UNMET),
        ({"eventually": "paid", "within": "6ms"}, State.UNMET, State.UNMET),
        ({"eventually": "paid", "within": "1s"}, State.OPEN, State.UNMET),
        ({"never": "paid"}, State.OPEN, State.MET),
        ({"never": "shipped"}, State.UNMET, State.UNMET),
    ],
)
def test_what_may_come_yet_is_open_while_the_run_goes_on(
    judged: Any, rule: dict[str, Any], now: State, over: State
) -> None:
    assert judged(rule, SHIPPED_THEN_REFUNDED, goes_on=True).state is now
    assert judged(rule, SHIPPED_THEN_REFUNDED).state is over


def test_a_payload_that_was_not_recorded_whole_is_not_known(told: Told) -> None:
    told.emit(0, "shipped", {"id": 1, "note": "x" * 10_000_000})
    (verdict,) = verdicts({"always": "shipped", "holds": "event.payload.id > 0"}, told.trace())
    assert verdict.state is State.UNKNOWN
    assert "was not recorded whole" in verdict.found
