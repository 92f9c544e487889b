"""Queues of services that were full: what was dropped or refused there, and who had to wait.

A queue that lets its emitters wait loses nothing: that is a hint. What is dropped or refused is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import several
from buslens.records import Decided, Kind

Array = npt.NDArray[Any]

MOST_HANDLERS = 100
"""Of one kind, that are told; those with the most calls first."""

_TOLD = {
    Decided.DROPPED: (
        Severity.WARNING, "were dropped from a full queue",
        "The queue in front of its service had no place, and the oldest that waited made room for newer ones.",
    ),
    Decided.REFUSED: (
        Severity.WARNING, "were refused by a full queue",
        "The queue in front of its service had no place, and the calls failed.",
    ),
    Decided.BLOCKED: (
        Severity.HINT, "found a full queue, and whoever emitted them waited",
        "Back-pressure: the emitters are held up to the pace of the service, and nothing is lost.",
    ),
}  # fmt: skip


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """What was lost first, then what had to wait."""
    for decided in _TOLD:
        yield from _of(observed, decided)


DETECTOR = Detector("full-queue", "Full queue", find)


def _of(observed: Observed, decided: Decided) -> Iterator[Finding]:
    trace = observed.trace
    calls = trace.calls.rows_of(trace.marks.call[trace.marks.decided == decided])
    calls = calls[calls >= 0]
    severity, happened, meaning = _TOLD[decided]
    for handler, at in Groups(trace.calls.handler[calls]).largest(1, MOST_HANDLERS):
        rows = calls[at]
        all_calls = int(np.count_nonzero(trace.calls.handler == handler))
        service = _service(observed, int(rows[0]))
        who = observed.text(handler)
        yield Finding(
            DETECTOR.id, severity,
            f"{several(len(rows), 'call')} of {all_calls:,} of {who} {happened}",
            f"{meaning} The service is {service}.",
            "Give the service more workers or its queue more places, make its handlers faster, or emit less often.",
            observed.on_calls(rows, numbers=(("calls", f"{all_calls:,}"), (decided.name.lower(), f"{len(rows):,}"))),
            (who, service, decided.name.lower()), observed.handler_place(handler),
        )  # fmt: skip


def _service(observed: Observed, call: int) -> str:
    """The service that a call was sent to."""
    told = observed.trace.deliveries
    sent = (told.view("call") == observed.trace.calls.id[call]) & (told.view("kind") == Kind.WORK_SENT)
    rows = np.flatnonzero(sent)
    return observed.text(int(told.view("queue")[rows[-1]])) if len(rows) else "not recorded"
