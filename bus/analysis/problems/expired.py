"""Events that lived too short: calls that would have begun after that, and did not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import duration, several
from buslens.records import Decided, Fault

MOST_HANDLERS = 100
"""That are told; those with the most such calls first."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler, for each of its events."""
    trace = observed.trace
    calls = trace.calls
    marks = np.flatnonzero(trace.marks.decided == Decided.EXPIRED)
    rows = calls.rows_of(trace.marks.call[marks])
    marks, rows = marks[rows >= 0], rows[rows >= 0]
    misjudged = trace.marks.call[trace.marks.fault == Fault.CLOCK]
    for handler, at in Groups(calls.handler[rows]).largest(1, MOST_HANDLERS):
        mine = rows[at]
        all_calls = int(np.count_nonzero(calls.handler == handler))
        waited = trace.marks.time_ns[marks[at]] - calls.emitted_ns[mine]
        who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
        shortest, longest = duration(int(waited.min())), duration(int(waited.max()))
        span = longest if shortest == longest else f"{shortest} to {longest}"
        is_misled = bool(np.isin(trace.marks.call[marks[at]], misjudged).any())
        whose = f" by the clock of {who}, which a fault puts ahead" if is_misled else ""
        yield Finding(
            DETECTOR.id, Severity.WARNING,
            f"{several(len(mine), 'call')} of {all_calls:,} of {who} for {event} expired before they began",
            f"They had waited {span}, longer than the event lives (`ttl`){whose}: "
            f"{who} never did them. The first: {trace.marks.text(int(marks[at[0]]))}.",
            "Let the event live longer, or let its handler begin sooner: more workers, shorter calls, fewer events.",
            observed.on_calls(mine, numbers=(("calls", f"{all_calls:,}"), ("longest wait", longest))),
            (who, event, "expired"), observed.handler_place(handler),
        )  # fmt: skip


DETECTOR = Detector("expired", "Expired", find)
