"""Receivers that a bus held weakly, and that were gone before the event came for which they were subscribed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import MOST_SHOWN, Finding, Severity, stable
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import duration, several

Array = npt.NDArray[Any]

SHORT_NS = 1_000_000_000
"""Who dies so soon after it was subscribed was never meant to be heard of only once: nobody held it."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Each handler that died without a single call, and missed an event."""
    told = observed.trace.subscriptions
    gone = np.flatnonzero((told.view("added") == 0) & (told.view("note") != 0))
    if not len(gone):
        return
    if observed.lacks:
        yield NotEnough(f"whether receivers died too early: {observed.lacks}")
        return
    called = set(np.unique(observed.trace.calls.handler).tolist())
    emitted = Groups(observed.trace.dispatches.event)
    for handler, places in Groups(told.view("handler")[gone]).largest():
        if handler not in called:
            found = _of_handler(observed, handler, gone[places], emitted)
            if found is not None:
                yield found


DETECTOR = Detector("receiver-died", "Receiver died", find)


def _of_handler(observed: Observed, handler: int, removals: Array, emitted: Groups) -> Finding | None:
    told, dispatches = observed.trace.subscriptions, observed.trace.dispatches
    died = next((int(row) for row in removals[:MOST_SHOWN] if observed.note(int(row)).get("why")), None)
    if died is None:
        return None
    event, went = int(told.view("event")[died]), int(told.view("time_ns")[died])
    own = observed.subscriptions.of(event)
    own = own[told.view("handler")[own] == handler]
    came = own[(told.view("added")[own] > 0) & (told.view("time_ns")[own] <= went)]
    if not len(came) or np.any((told.view("added")[own] > 0) & (told.view("time_ns")[own] > went)):
        return None  # somebody else of this name listens again, or nobody knows since when it did
    lived = went - int(told.view("time_ns")[came[-1]])
    rows = emitted.of(event)
    missed = rows[dispatches.emitted_ns[rows] >= went]
    if not len(missed):
        return None
    reached = dispatches.handlers[missed] > 0
    nobody = missed[~reached]
    shown, who = observed.text(event), observed.text(handler)
    place = observed.subscribed_at(died) or observed.subscribed_at(int(came[-1]))
    if lived > SHORT_NS:
        severity = Severity.HINT
    else:
        severity = Severity.ERROR if len(nobody) else Severity.WARNING
    at = f"subscribed at {place}, " if place else ""
    since = f"{several(len(missed), 'emit')} of {shown} since then"
    heard = f"reached nobody ({len(nobody):,})" if len(nobody) < len(missed) else "reached nobody"
    code = observed.handler_place(handler)
    return Finding(
        DETECTOR.id, severity, f"{who} died before {shown} could reach it: nobody held a reference",
        f"It was {at}freed {duration(lived)} later, and never called. {since} "
        f"{heard if len(nobody) else 'reached others alone'}.",
        "Keep a reference to the receiver, or to the object whose method it is, as long as it is to listen.",
        observed.on_dispatches(nobody if len(nobody) else missed, numbers=(("lived", duration(lived)),),
                               places=((who, code),) if code else ()),
        (shown, who, stable(place or code)), place or code,
    )  # fmt: skip
