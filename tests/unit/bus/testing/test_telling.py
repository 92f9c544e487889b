"""What the buses of a failed test did is told in a few lines; problems of a test are those that happened in it."""

from __future__ import annotations

from bus.analysis.problems import DETECTORS, never_ran
from bus.testing.telling import MOST_LINES, findings, lines, sentence
from tests.helpers.planted import Story


def raising(story: Story) -> None:
    """A handler fails, and the one behind it is never called."""
    dispatch = story.emit("order", 2)
    call = story.call(dispatch, "reserve", "order", error=ValueError("no stock"))
    story.recorder.skipped(dispatch, story.handler("mail", "order"), call)


def test_a_test_without_buses_says_so() -> None:
    assert lines(Story().trace(), 0) == ["no event was emitted on any bus that buslens knows"]


def test_how_much_what_failed_and_what_nobody_heard() -> None:
    story = Story()
    story.heard("paid", "book", "mail")
    raising(story)
    story.emit("lonely")
    story.emit("lonely")
    told = lines(story.trace(), 0)
    assert told[0] == "4 events emitted, 3 calls, 1 failed"
    assert told[1].startswith("failed: reserve (/srv/shop/main.py:30) on order, ")
    assert told[1].endswith(" ms: ValueError: no stock")
    assert "heard by nobody: lonely, 2 times" in told
    assert "warning: mail never ran on order because reserve raised [never-ran]" in told


def test_of_many_failures_a_few_are_told() -> None:
    story = Story()
    for number in range(20):
        story.call(story.emit(f"e{number}", 1), "book", f"e{number}", error=ValueError(str(number)))
    told = lines(story.trace(), 0)
    assert len([each for each in told if each.startswith("failed: ")]) == MOST_LINES
    assert "... and 15 more" in told


def test_a_problem_of_an_earlier_test_is_none_of_this_one() -> None:
    story = Story()
    raising(story)
    begin = story.now + 1
    story.heard("paid", "book")
    trace = story.trace()
    assert findings(trace, begin, DETECTORS) == []
    assert [each.detector for each in findings(trace, 0, [never_ran.DETECTOR])] == ["never-ran"]


def test_what_is_muted_and_what_is_only_a_hint_is_not_told() -> None:
    story = Story()
    raising(story)
    story.emit("lonely")
    trace = story.trace()
    (found,) = findings(trace, 0, DETECTORS)
    assert findings(trace, 0, DETECTORS, {found.fingerprint}) == []
    assert sentence(found).splitlines()[0] == "mail never ran on order because reserve raised [never-ran]"
    assert "next: " in sentence(found)
