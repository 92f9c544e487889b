"""One line says whether a trace is healthy, what was found, and how much was looked at."""

from __future__ import annotations

from bus.analysis.problems.finding import Evidence, Finding, Severity
from bus.analysis.problems.looking import Problems
from bus.analysis.problems.summing_up import summary


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
