"""A full queue is told: what it cost, of which handler, and what may be done."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis.problems.finding import Severity
from bus.analysis.problems.full_queue import DETECTOR
from bus.analysis.problems.looking import look

SCENARIO = (
    "events: {{a: {{}}}}\nservices: {{pay: {{queue: {{limit: 2, overflow: {overflow}}}}}}}\n"
    "handlers: {{h: {{on: a, service: pay, do: [{{wait: 10ms}}]}}}}\nscript: [{{emit: a, times: {times}}}]"
)


def findings(run: Any, overflow: str, times: int = 8) -> list[Any]:
    trace = run(SCENARIO.format(overflow=overflow, times=times))
    return list(look(trace, [DETECTOR]).findings)


@pytest.mark.parametrize(
    ("overflow", "severity", "title"),
    [
        ("drop_oldest", Severity.WARNING, "5 calls of 8 of h were dropped from a full queue"),
        ("reject", Severity.WARNING, "5 calls of 8 of h were refused by a full queue"),
        ("block", Severity.HINT, "5 calls of 8 of h found a full queue, and whoever emitted them waited"),
    ],
)
def test_what_a_full_queue_cost(overflow: str, severity: Severity, title: str, run: Any) -> None:
    (finding,) = findings(run, overflow)
    assert (finding.severity, finding.title) == (severity, title)
    assert finding.evidence.count == 5
    assert "The service is pay." in finding.meaning


@pytest.mark.parametrize("overflow", ["drop_oldest", "reject", "block"])
def test_a_queue_that_is_not_full_is_no_problem(overflow: str, run: Any) -> None:
    assert not findings(run, overflow, times=3)
