"""Sagas that were left half done: a step that had been done, and could not be undone when its call failed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import several
from buslens.records import Decided

MOST_HANDLERS = 100
"""That are told; those with the most such calls first."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler."""
    trace = observed.trace
    marks = np.flatnonzero(trace.marks.decided == Decided.NOT_UNDONE)
    calls = trace.calls.rows_of(trace.marks.call[marks])
    marks, calls = marks[calls >= 0], calls[calls >= 0]
    for handler, at in Groups(trace.calls.handler[calls]).largest(1, MOST_HANDLERS):
        who = observed.text(handler)
        yield Finding(
            DETECTOR.id, Severity.ERROR,
            f"{who} left {several(len(at), 'step')} of its saga done that a failed call should have undone",
            f"The first: {trace.marks.text(int(marks[at[0]]))}.",
            "Let what undoes a step succeed however often it is tried, and try it again; else tell a person.",
            observed.on_calls(calls[at]), (who,), observed.handler_place(handler),
        )  # fmt: skip


DETECTOR = Detector("not-undone", "Left half done", find)
