"""A saga that was left half done is told, with what could not be undone."""

from __future__ import annotations

from typing import Any

from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.analysis.problems.not_undone import DETECTOR

TEXT = """
events: {{a: {{}}}}
handlers:
  h:
    on: a
    do:
      - {{step: one, do: [{{log: x}}], undo: [{{{undo}}}]}}
      - {{fail: always}}
script: [{{emit: a, times: 3}}]
"""


def test_a_step_that_could_not_be_undone_is_an_error(run: Any) -> None:
    (finding,) = look(run(TEXT.format(undo="fail: {error: Gone}")), [DETECTOR]).findings
    assert finding.severity == Severity.ERROR
    assert finding.title == "h left 3 steps of its saga done that a failed call should have undone"
    assert finding.meaning == "The first: saga: one could not be undone, for Gone."
    assert finding.evidence.count == 3


def test_what_was_undone_is_no_problem(run: Any) -> None:
    assert not look(run(TEXT.format(undo="log: back")), [DETECTOR]).findings
