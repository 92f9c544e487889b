"""What a capture cannot tell: facts that were dropped, forgotten or never written."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Observed
from bus.trace import joining
from bus.wording import duration, several
from buslens.records import Did, Kind, Lacking

NONE = np.empty(0, np.int64)
MOST_NAMED = 10
"""Handlers of calls that had not ended, with their places."""

CHANGES = (Did.EDITED, Did.DROPPED, Did.DUPLICATED, Did.POSTPONED, Did.REDELIVERED)
"""What a person does that changes more than when a handler is called."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Each thing that is missing once."""
    trace = observed.trace
    if trace.dropped:
        yield _lacks(
            observed, Severity.WARNING, "dropped", f"the program dropped {several(trace.dropped, 'fact')}",
            "It emitted faster than they could be kept, or its stack or disk was full. They may be missing anywhere.",
            "Make room on the disk, watch fewer buses, or record by buslens record, which writes at full speed.",
            trace.dropped,
        )  # fmt: skip
    if trace.damage:
        yield _lacks(
            observed, Severity.WARNING, "damaged", "the capture is damaged", trace.damage,
            "Take the file from where it was written, or record again.",
        )  # fmt: skip
    elif trace.header is not None and not observed.end_is_known:
        yield _lacks(
            observed, Severity.HINT, "no end", "the capture has no end mark",
            "Its program was killed, or writes it still: what it did last may be missing.",
            "Nothing, where the program goes on.",
        )  # fmt: skip
    if trace.header is not None and not observed.end_is_known:
        yield from _open_at_the_end(observed)
    if trace.forgotten:
        yield _lacks(
            observed, Severity.HINT, "forgotten",
            f"{several(trace.forgotten, 'older dispatch or call', 'older dispatches and calls')} are not in memory",
            "Only the newest were looked at.", "Save the capture and check the file: that has all of it.",
            trace.forgotten,
        )  # fmt: skip
    not_recorded = trace.marks.rows_lacking(Lacking.DISPATCHES)
    if len(not_recorded):
        marks = trace.marks
        yield _lacks(
            observed, Severity.HINT, "not recorded", "some buses were not recorded for a while, as a person had asked",
            f"First: {marks.text(int(not_recorded[0]))}. Marks in the timeline say each change.",
            "Record them again (Capture > Programs > Change Recording), and look at what comes.",
            len(not_recorded),
        )  # fmt: skip
    told = trace.interventions
    held, changed = (told.view("did") == Did.HELD), np.isin(told.view("did"), CHANGES)
    if len(told):
        lost = int(np.count_nonzero(told.view("did") == Did.DROPPED))
        yield _lacks(
            observed, Severity.HINT, "by hand", "a person interfered with this run at breakpoints",
            f"{several(int(held.sum()), 'delivery', 'deliveries')} held, {int(changed.sum())} changed by hand, "
            f"{lost} of them dropped: what became of those is the person's doing, and blames no handler.",
            "Run it again without breakpoints to see what it does by itself.", int(held.sum()),
        )  # fmt: skip
    unasked = _unasked(observed)
    if unasked:
        yield _lacks(
            observed, Severity.HINT, "unconfirmed",
            f"{several(unasked, 'message')} went to a broker that was not asked to confirm",
            "They were not seen again here, so that nobody knows whether it has them.",
            "Ask for confirmations (publisher confirms, delivery reports) where a message must not be lost.", unasked,
        )  # fmt: skip


DETECTOR = Detector("capture", "The capture itself", find)


def _open_at_the_end(observed: Observed) -> Iterator[Finding]:
    """The calls that the program was in when it was killed, as far as that was written: each handler with its place."""
    trace = observed.trace
    running = np.flatnonzero(trace.calls.ended_ns < 0)
    if not len(running):
        return
    handlers = np.unique(trace.calls.handler[running])[:MOST_NAMED].tolist()
    known = [(observed.text(each), observed.handler_place(each)) for each in handlers]
    last = int(running[np.argmax(trace.calls.started_ns[running])])
    since = duration(trace.span_ns[1] - int(trace.calls.started_ns[last]))
    handler = int(trace.calls.handler[last])
    name, place = observed.text(handler), observed.handler_place(handler)
    where = f" ({place})" if place is not None else ""
    yield Finding(
        DETECTOR.id, Severity.HINT, f"{several(len(running), 'call')} had not ended where the capture ends",
        f"The last to begin was {name}{where}, {since} before the last record. If the program was killed or crashed, "
        "it was in these calls, or in code that no handler called.",
        f"Look at {name} first: what it does, and what it waits for.",
        observed.on_calls(running, places=tuple((text, at) for text, at in known if at is not None)),
        ("open at the end",), place,
    )  # fmt: skip


def _unasked(observed: Observed) -> int:
    """Messages that were sent without asking for a confirmation, and for which no handler was called here."""
    trace = observed.trace
    told = trace.deliveries
    rows = trace.dispatches.rows_of(told.view("dispatch")[told.view("kind") == Kind.SENT])
    rows = rows[rows >= 0]
    return int(np.count_nonzero(trace.dispatches.columns.view("seen")[rows] & joining.CALLED == 0))


def _lacks(
    observed: Observed, severity: Severity, key: str, title: str, meaning: str, advice: str, count: int = 1
) -> Finding:
    evidence = observed.within(observed.on_dispatches(NONE, count=count), np.array(observed.trace.span_ns))
    return Finding(DETECTOR.id, severity, title, meaning, advice, evidence, (key,))
