"""A field that changed is told where handlers fail for it; payloads that differ and do no harm are not."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis.problems.finding import Severity
from bus.analysis.problems.payload_drift import DETECTOR
from tests.helpers.planted import Story, found


def emitted(*payloads: Any, fails: Any = None, emitter: str = "") -> Story:
    """`order` with these payloads; the handler fails where `fails` says so."""
    story = Story()
    cause = story.begin(story.emit("start", 1), emitter, "start") if emitter else 0
    add(story, *payloads, fails=fails, cause=cause)
    return story


def add(story: Story, *payloads: Any, fails: Any = None, cause: int = 0) -> None:
    for payload in payloads:
        dispatch = story.emit("order", 1, payload=payload, cause=cause)
        error = KeyError("total") if fails is not None and fails(payload) else None
        story.call(dispatch, "charge", "order", error=error)


def test_a_field_that_became_a_text_and_breaks_its_handler_is_told() -> None:
    new = [{"total": "12 EUR"}] * 4
    story = emitted(*[{"total": 12}] * 5, *new, fails=lambda each: isinstance(each["total"], str))
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.WARNING
    assert finding.title == "order sometimes has total as text; others have number"
    assert "Handlers failed on 4 emits of that form, and on none of the other" in finding.meaning
    assert len(finding.evidence.calls) == 4


def test_a_field_that_one_emitter_leaves_out_is_told_with_that_emitter() -> None:
    story = Story()
    web, shop = (story.begin(story.emit("start", 1), name, "start") for name in ("from_web", "from_shop"))
    for _ in range(4):
        add(story, {"id": 1, "total": 12}, cause=web)
        add(story, {"id": 1}, cause=shop, fails=lambda each: True)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.title == "order sometimes lacks total, as from_shop emits it; others have it"
    assert finding.severity == Severity.WARNING
    assert finding.place is not None


def test_numbers_that_became_texts_of_numbers_are_a_hint() -> None:
    story = emitted(*[{"customer": {"id": 7}}] * 5, *[{"customer": {"id": "7"}}] * 5)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.severity == Severity.HINT
    assert "has customer.id as text" in finding.title


@pytest.mark.parametrize(
    "payloads",
    [
        [{"key": "volume", "value": 3}, {"key": "theme", "value": "dark"}] * 5,
        [{"key": "volume", "value": 3}] * 5 + [{"key": "theme", "value": "dark"}] * 5,
        [{"id": 1, "note": None}] * 5 + [{"id": 1, "note": "x"}] * 5,
        [{"id": 1}] * 5 + [{"id": 1, "extra": True}] * 5,
        [{"total": 1}] * 5 + [{"total": 1.5}] * 5,
        [[1], "x", 7, {"a": 1}] * 3,
        [{"id": 1}, {"id": "1"}],
    ],
)
def test_payloads_that_differ_and_do_no_harm_are_no_problem(payloads: list[Any]) -> None:
    assert not found(DETECTOR, emitted(*payloads).trace())


def test_a_handler_that_fails_for_both_forms_is_no_drift() -> None:
    story = emitted(*[{"total": 12}] * 5, *[{"total": "free"}] * 5, fails=lambda each: True)
    assert not found(DETECTOR, story.trace())
