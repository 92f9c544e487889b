"""Failures are found by what they say, while they arrive and however many say the same."""

from __future__ import annotations

import pytest

from bus.trace import Trace, error_texts
from bus.trace.error_texts import MOST_LETTERS, ErrorTexts
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.at_once import at_once
from tests.helpers.make_trace import make_trace


class Failing:
    """A handler that raises what a test says."""

    def __init__(self) -> None:
        self.recorder, self.trace = Recorder(), Trace()

    def call(self, error: Exception | None) -> None:
        recorder = self.recorder
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event("a"), 0, 1, None)
        recorder.call_started(call, dispatch, recorder.handler("h"), 0)
        recorder.call_ended(call, Outcome.FAILED if error else Outcome.OK, error)
        self.trace.feed(recorder.take())


def test_rows_are_those_whose_type_or_message_matches() -> None:
    trace, found = make_trace(200, failures=0.3), ErrorTexts()
    told = {row: error for row in range(len(trace.calls)) if (error := trace.error(row)) is not None}
    assert len(told) > 20
    assert sorted(found.rows(trace, lambda text: "CardDeclined: " in text).tolist()) == sorted(told)
    some = [row for row, error in told.items() if "order 1" in error.message]
    assert sorted(found.rows(trace, lambda text: "order 1" in text).tolist()) == some
    assert found.rows(trace, lambda text: "nothing" in text).tolist() == []


def test_what_fails_later_is_found_too_and_each_wording_is_looked_at_once() -> None:
    failing, found, asked = Failing(), ErrorTexts(), list[str]()
    for error in (ValueError("a"), None, ValueError("b"), ValueError("a")):
        failing.call(error)
        asked.clear()
        found.rows(failing.trace, lambda text: asked.append(text) is None)
    assert asked == ["ValueError: a", "ValueError: b"]
    assert found.rows(failing.trace, "ValueError: a".__eq__).tolist() == [0, 3]


def test_wordings_without_end_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_texts, "MOST_TEXTS", 2)
    failing, found = Failing(), ErrorTexts()
    for text in ("a", "b", "c", "a"):
        failing.call(ValueError(text * (MOST_LETTERS if text == "b" else 1)))
    assert found.rows(failing.trace, lambda text: True).tolist() == [0, 1, 3], "what comes beyond is found by none"
    assert found.rows(failing.trace, lambda text: len(text) > MOST_LETTERS).tolist() == []


def test_threads_that_search_at_once_find_the_same() -> None:
    trace = make_trace(500, failures=0.3)
    expected = sorted(ErrorTexts().rows(trace, lambda text: "order 1" in text).tolist())
    assert expected
    for _ in range(10):
        found = ErrorTexts()
        for rows in at_once(lambda found=found: found.rows(trace, lambda text: "order 1" in text)):
            assert sorted(rows.tolist()) == expected
