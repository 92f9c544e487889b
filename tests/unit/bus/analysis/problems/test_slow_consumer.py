"""A handler that falls behind for as long as events come is told with both rates; a burst that is worked off is not."""

from __future__ import annotations

from bus.analysis.problems.finding import Severity
from bus.analysis.problems.slow_consumer import DETECTOR
from tests.helpers.planted import MS, Story, found


def served(*, every_ms: float, takes_ms: float, many: int = 200) -> Story:
    """Events that come every so often, one after the other in a pool, as their handler takes them."""
    story = Story()
    begin, free = story.now, story.now
    facts = []
    for number in range(many):
        emitted = begin + round(number * every_ms * MS)
        started = max(emitted, free)
        free = started + round(takes_ms * MS)
        facts.append((emitted, started, free))
    for emitted, started, ended in facts:
        story.now = emitted
        dispatch = story.emit("photo", 1)
        story.now = started
        call = story.begin(dispatch, "resize", "photo", lane=story.pool)
        story.now = ended
        story.end(call)
    return story


def test_a_handler_that_falls_behind_is_told_with_both_rates() -> None:
    (finding,) = found(DETECTOR, served(every_ms=20, takes_ms=35).trace())
    assert finding.severity == Severity.WARNING
    assert finding.title == "resize falls behind: 50.3/s of photo come, 28.6/s are taken"
    assert dict(finding.evidence.numbers)["backlog"] == "86"


def test_a_handler_that_keeps_up_is_no_problem() -> None:
    assert not found(DETECTOR, served(every_ms=20, takes_ms=19).trace())


def test_a_burst_that_is_worked_off_is_no_problem() -> None:
    assert not found(DETECTOR, served(every_ms=0.1, takes_ms=35).trace())


def test_a_batch_that_a_pool_works_off_behind_its_events_is_a_hint() -> None:
    (finding,) = found(DETECTOR, served(every_ms=20, takes_ms=50, many=100).trace())
    assert finding.severity == Severity.HINT
    assert "All were taken 2.97 s after the last one had come" in finding.meaning


def test_a_few_late_calls_are_no_problem() -> None:
    assert not found(DETECTOR, served(every_ms=900, takes_ms=1_500, many=6).trace())
