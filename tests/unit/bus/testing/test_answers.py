"""What a test asks is answered with rows: emits with payload, cause, calls and who was skipped; failures."""

from __future__ import annotations

import pytest

from bus.testing import answers
from bus.testing.answers import Row
from bus.trace import Trace
from tests.helpers.planted import Story


def asked(what: Story | Trace, event: str = "", begin_ns: int = 0) -> Row:
    trace = what.trace() if isinstance(what, Story) else what
    return answers.emits(trace, begin_ns, event)


def test_an_emit_is_told_with_its_payload_bus_calls_and_times() -> None:
    story = Story()
    begin = story.now + 1
    story.wait(5)
    story.heard("paid", "book", "mail", bus=story.bus("shop"), payload={"id": 1}, ms=2)
    (emit,) = asked(story, "paid", begin)["emits"]
    assert (emit["payload"], emit["bus"], emit["outcome"], emit["cause"]) == ({"id": 1}, "shop", "ok", "")
    assert emit["at_ms"] == pytest.approx(5, abs=0.1)
    assert [(call["handler"], call["file"], call["outcome"]) for call in emit["calls"]] == [
        ("book", "/srv/shop/main.py", "ok"),
        ("mail", "/srv/shop/main.py", "ok"),
    ]
    assert emit["calls"][0]["ended_ms"] - emit["calls"][0]["started_ms"] == pytest.approx(2, abs=0.1)


def test_what_happened_before_the_test_is_not_told() -> None:
    story = Story()
    story.heard("paid", "book")
    story.call(story.emit("failed", 1), "book", "failed", error=ValueError("no"))
    begin = story.now + 1
    story.heard("paid", "book")
    trace = story.trace()
    assert asked(trace, "paid", begin)["count"] == 1
    assert asked(trace, "", begin)["others"] == {"paid": 1}
    assert answers.failures(trace, begin) == []


def test_what_an_emit_was_caused_by_and_whom_it_did_not_reach() -> None:
    story = Story()
    first = story.emit("order", 2)
    failing = story.begin(first, "reserve", "order")
    story.emit("inner", cause=failing)
    story.end(failing, ValueError("no stock"))
    story.recorder.skipped(first, story.handler("mail", "order"), failing)
    trace = story.trace()
    inner, order = (asked(trace, each)["emits"][0] for each in ("inner", "order"))
    assert (inner["cause"], inner["outcome"], inner["calls"]) == ("reserve", "lost", [])
    assert order["skipped"] == [{"handler": "mail", "why": "reserve raised"}]
    (failure,) = answers.failures(trace, 0)
    assert failure["error"] == {"type": "ValueError", "message": "no stock"}


def test_who_listens_now_and_what_else_was_emitted_is_told_with_it() -> None:
    story = Story()
    for handler in ("book", "mail"):
        story.on(handler, "paid")
    story.off("book", "paid")
    for _ in range(3):
        story.emit("piad")
    answer = asked(story, "paid")
    assert (answer["emits"], answer["others"]) == ([], {"piad": 3})
    assert [each["handler"] for each in answer["listeners"]] == ["mail"]


def test_a_call_that_runs_has_no_end() -> None:
    story = Story()
    story.begin(story.emit("tick", 1), "slow", "tick")
    (emit,) = asked(story, "tick")["emits"]
    assert (emit["open"], emit["calls"][0]["ended_ms"], emit["calls"][0]["outcome"]) == (1, None, "running")


def test_of_very_many_the_first_are_told_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_EMITS", 3)
    story = Story()
    for number in range(8):
        story.emit("tick", payload=number)
    answer = asked(story, "tick")
    assert ([each["payload"] for each in answer["emits"]], answer["count"]) == ([0, 1, 2], 8)
