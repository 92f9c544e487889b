"""One line says whether a trace is healthy, what was found, and how much was looked at."""

from __future__ import annotations

from bus.analysis.problems.finding import Evidence, Finding, Severity
from bus.analysis.problems.looking import Problems
from bus.analysis.problems.summing_up import seen, summary


def problems(*severities: Severity, failed: int = 0) -> Problems:
    found = [Finding("d", each, "t", "m", "a", Evidence(1, 0, 0), (str(at),)) for at, each in enumerate(severities)]
    return Problems(tuple(found), (), (), (), 14, 279, 1, failed)


def test_a_healthy_trace_says_how_much_was_looked_at() -> None:
    assert summary(problems()) == "healthy: 14 detectors looked at 279 dispatches, 1 call"
    assert summary(problems(failed=3)).endswith("1 call (3 failed)")


def test_hints_leave_it_healthy_and_are_counted() -> None:
    assert summary(problems(Severity.HINT)) == "healthy: 14 detectors looked at 279 dispatches, 1 call; 1 hint"


def test_what_is_wrong_comes_first() -> None:
    found = summary(problems(Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.HINT))
    assert found.startswith("1 error, 2 warnings, 1 hint: 14 detectors looked at")


def test_how_often_and_when_something_was_seen() -> None:
    twice = Evidence(2, 5_300_000_000, 5_800_000_000)
    assert seen(twice, 5_000_000_000) == "seen 2 times from 0.300000 s to 0.800000 s"
    assert seen(Evidence(1, 7_000, 7_000), 0) == "seen 1 time at 0.000007 s"
