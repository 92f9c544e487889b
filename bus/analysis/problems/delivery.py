"""What went wrong between a broker and its consumers: no queue, no answer, dead letters, deliveries without an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.errors import Place
from bus.trace import fates
from bus.wording import several
from buslens.records import Kind

Array = npt.NDArray[Any]

ENDLESS = 10
"""Attempts after which a delivery is made again for ever; policies of retries mostly end sooner."""

MOST_READ = 50
"""Reasons of one queue that are read."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """What is lost first: no queue, no answer; then acknowledged too early, dead letters, endless redelivery."""
    if not observed.durable.any():
        return
    told = observed.trace.deliveries
    kind, rows = told.view("kind"), observed.trace.dispatches.rows_of(told.view("dispatch"))
    known = rows >= 0
    yield from _unroutable(observed, np.flatnonzero(known & (kind == Kind.DISCARDED)), rows)
    yield from _unanswered(observed, rows[known])
    yield from _too_early(observed)
    yield from _dead(observed, np.flatnonzero(known & (kind == Kind.DEAD_LETTERED)), rows)
    yield from _endless(observed, kind, rows)


DETECTOR = Detector("delivery", "Delivery", find)


def _unroutable(observed: Observed, at: Array, rows: Array) -> Iterator[Finding]:
    events = observed.trace.dispatches.event[rows[at]]
    for event, places in Groups(events).largest():
        mine, text = at[places], observed.text(event)
        yield Finding(
            DETECTOR.id, Severity.ERROR, f"the broker did not take {several(len(mine), 'message')} of {text}",
            f"They are lost: {_reasons(observed, mine)}.",
            "Declare the queue or binding before the first message, or correct the name that it is sent to.",
            observed.on_dispatches(rows[mine]), (observed.trace.names.text(event), "discarded"),
        )  # fmt: skip


def _unanswered(observed: Observed, answered: Array) -> Iterator[Finding | NotEnough]:
    """Messages of which nothing more is known: no confirmation, no delivery."""
    trace = observed.trace
    silent = observed.durable.copy()
    silent[answered] = False
    rows = np.flatnonzero(silent)
    if not len(rows):
        return
    if observed.lacks or not trace.ended:
        why = observed.lacks or "the capture has no end mark"
        yield NotEnough(f"whether {several(len(rows), 'message')} without an answer were lost: {why}")
        return
    emitted = Groups(trace.dispatches.event[np.flatnonzero(observed.durable)])
    for event, places in Groups(trace.dispatches.event[rows]).largest():
        mine, text = rows[places], observed.text(event)
        yield Finding(
            DETECTOR.id, Severity.ERROR,
            f"{len(mine):,} of {several(len(emitted.of(event)), 'message')} of {text} had no answer from the broker "
            "when the program ended",
            "They may never have left the program: what waits in a client's buffer is lost with it.",
            "Flush or close the client before the program ends, and wait for its confirmations.",
            observed.on_dispatches(mine), (trace.names.text(event), "unanswered"),
        )  # fmt: skip


def _too_early(observed: Observed) -> Iterator[Finding]:
    trace = observed.trace
    rows = np.flatnonzero(trace.fates.of(trace).why == fates.TOO_EARLY)
    failed = np.intersect1d(observed.calls_of(rows), observed.failed_calls)
    for handler, places in Groups(trace.calls.handler[failed]).largest():
        mine = failed[places]
        who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{event} was acknowledged before {who} had succeeded, and then it failed",
            f"{several(len(mine), 'message')} lost: the broker has forgotten them, and nothing hands them out again.",
            "Acknowledge after the work (auto_ack off, acks_late, commit after processing).",
            observed.on_calls(mine), (who, event, "too early"), observed.handler_place(handler),
        )  # fmt: skip


def _dead(observed: Observed, at: Array, rows: Array) -> Iterator[Finding]:
    told = observed.trace.deliveries
    for queue, places in Groups(told.view("queue")[at]).largest():
        mine, text = at[places], observed.text(queue)
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{text} has {several(len(mine), 'dead letter')}",
            f"Nobody handles them any more: {_reasons(observed, mine)}.",
            "Look at why the handler fails for them, and hand them out again once it does not.",
            observed.on_dispatches(rows[mine]), (text, "dead"), _consumer(observed, mine),
        )  # fmt: skip


def _endless(observed: Observed, kind: Array, rows: Array) -> Iterator[Finding]:
    """Given out ten times and more, and never done."""
    told = observed.trace.deliveries
    over = np.zeros(len(observed.trace.dispatches) + 1, bool)
    over[rows[np.isin(kind, (Kind.ACKNOWLEDGED, Kind.DEAD_LETTERED))]] = True
    attempt = told.view("attempt")
    again = np.flatnonzero((kind == Kind.REDELIVERED) & (attempt >= ENDLESS) & (rows >= 0) & ~over[rows])
    for queue, places in Groups(told.view("queue")[again]).largest():
        mine, text = again[places], observed.text(queue)
        many = len(np.unique(rows[mine]))
        yield Finding(
            DETECTOR.id, Severity.WARNING, f"{text} gives out {several(many, 'message')} again and again",
            f"One was given out {several(int(attempt[mine].max()), 'time')}, and none of them was ever done: each time "
            "it keeps others waiting.",
            "Give them up after some attempts (a dead letter queue, a limit of deliveries), and look at why they fail.",
            observed.on_dispatches(rows[mine], numbers=(("attempts", f"{int(attempt[mine].max()):,}"),)),
            (text, "endless"), _consumer(observed, mine),
        )  # fmt: skip


def _reasons(observed: Observed, deliveries: Array) -> str:
    """Why, in the broker's words, the most frequent first."""
    notes = observed.trace.deliveries.view("note")[deliveries[:MOST_READ]].tolist()
    read = Counter(observed.trace.blobs.note(note).splitlines()[0][:160] if note else "" for note in notes if note)
    said = [f"{why} ({count})" for why, count in read.most_common(3) if why]
    return "; ".join(said) or "it is not known why"


def _consumer(observed: Observed, deliveries: Array) -> Place | None:
    """Where the code of the handler stands that they were for."""
    calls = observed.trace.calls.rows_of(observed.trace.deliveries.view("call")[deliveries[:MOST_READ]])
    calls = calls[calls >= 0]
    return observed.handler_place(int(observed.trace.calls.handler[calls[0]])) if len(calls) else None
