"""What became of each dispatch: the one definition of handled, retried, kept, open, dead and lost.

A dispatch with several handlers ends as the one for which it went worst. What was lost for one of them is lost, though
others may still be at work. All of it is arithmetic on columns: ten million dispatches take a few hundredths of a
second where no broker was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.trace import joining
from bus.trace.consumers import Consumers
from bus.trace.delivered_calls import calls_of
from buslens.records import Decided, Did, Kind, Outcome

if TYPE_CHECKING:
    from bus.trace.trace import Trace

Array = npt.NDArray[Any]

HANDLED, RETRIED, KEPT, OPEN, DEAD, LOST = range(6)
"""The better comes first: of two handlers the worse one counts."""

FATES = ("handled", "retried", "kept", "open", "dead", "lost")
"""Their words."""

WHYS = (
    "",
    "nobody listened",
    "its handler failed, and nothing calls it again",
    "acknowledged before its handler failed",
    "its call was cancelled",
    "kept until somebody listens",
    "waits for its handler",
    "with its handler, not acknowledged",
    "its calls have not ended",
    "the broker's reason",
    "its handler's body never ran, or was never called",
    "sent to a broker that was not asked to confirm it, and not seen again here",
    "a person dropped it at a breakpoint",
    "dropped from a full queue",
    "expired before its call began",
)
(
    NOTHING, NOBODY, FAILED, TOO_EARLY, CANCELLED, KEPT_FOR, QUEUED, WITH_CONSUMER, RUNNING, TOLD, NEVER_RAN, SENT_ON,
    BY_HAND, OVERFLOWED, EXPIRED,
) = range(len(WHYS))  # fmt: skip
"""Numbers of the reasons; TOLD: the broker has words of its own (`told_rows`)."""

BAD = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.NEVER_RAN)
"""Outcomes of calls after which nothing was handled."""

_FATE, _WHY = np.full(256, OPEN, np.uint8), np.full(256, RUNNING, np.uint8)
for _outcome, _fate, _why in (
    (Outcome.OK, HANDLED, NOTHING),
    (Outcome.FAILED, LOST, FAILED),
    (Outcome.TIMED_OUT, LOST, FAILED),
    (Outcome.CANCELLED, LOST, CANCELLED),
    (Outcome.NEVER_RAN, LOST, NEVER_RAN),
    (Outcome.LOST, LOST, NOBODY),
    (Outcome.KEPT, KEPT, KEPT_FOR),
):
    _FATE[_outcome], _WHY[_outcome] = _fate, _why


@dataclass(frozen=True, slots=True)
class FateColumns:
    """One value for each dispatch of the trace as it was asked for."""

    fate: Array
    """HANDLED to LOST."""

    why: Array
    """Of what was not handled: a number of WHYS."""

    def count(self, fate: int) -> int:
        """How many dispatches have this fate."""
        return int(np.count_nonzero(self.fate == fate))


class Fates:
    """The fates of a trace's dispatches, counted anew when it has changed and somebody asks."""

    def __init__(self) -> None:
        self._counted: tuple[tuple[int, int], FateColumns] | None = None

    def of(self, trace: Trace) -> FateColumns:
        """What became of each dispatch. Any thread may ask while the trace stands still."""
        now = trace.generation, len(trace.dispatches)
        if self._counted is None or self._counted[0] != now:
            self._counted = now, _columns(trace)
        return self._counted[1]


def worst(outcomes: Array, attempts: Array, number: Array, pairs: int) -> Array:
    """The fate of each pair by its calls alone, as far as no broker has a word in it.

    outcomes, attempts: of calls; number: which pair each belongs to. A failure is made good by a later attempt only.
    """
    tried = np.maximum(attempts.astype(np.int64), 1)

    def last(mask: Array) -> Array:
        found = np.zeros(pairs, np.int64)
        np.maximum.at(found, number[mask], tried[mask])
        return found

    bad, running = last(np.isin(outcomes, BAD)), last(outcomes == Outcome.RUNNING)
    well = last(outcomes == Outcome.OK)
    ended_badly = (bad > 0) & (bad >= np.maximum(well, running))
    return np.select([ended_badly, (running > 0) & (running >= well), bad > 0], [LOST, OPEN, RETRIED], HANDLED)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What a broker said of each pair of a dispatch and a consumer that it carried."""

    dispatch: Array
    """Row of the dispatch."""

    consumer: Array
    """Name id, as Consumers has it."""

    fate: Array
    why: Array


def deliveries(trace: Trace, consumers: Consumers) -> Deliveries:
    """By a broker's records: they weigh more than how calls ended."""
    told = trace.deliveries
    kind, rows = told.view("kind"), trace.dispatches.rows_of(told.view("dispatch"))
    handed = (kind >= Kind.DELIVERED) & (kind <= Kind.DEAD_LETTERED)
    chosen = np.flatnonzero((rows >= 0) & (handed | (kind == Kind.ENQUEUED)))
    if len(chosen):
        # What is kept for nobody yet is in the queue of the event itself: no consumer's.
        for_somebody = (kind[chosen] != Kind.ENQUEUED) | (trace.dispatches.handlers[rows[chosen]] > 0)
        chosen = chosen[for_somebody]
    if not len(chosen):
        none = np.empty(0, np.int64)
        return Deliveries(none, none, none, none)
    about = calls_of(trace, np.arange(len(told)))[chosen]
    kind, row = kind[chosen], rows[chosen].astype(np.int64)
    consumer, place = np.unique(consumers.of_queues(told.view("queue")[chosen]), return_inverse=True)
    units, number = np.unique(row * len(consumer) + place, return_inverse=True)

    def any_of(mask: Array) -> Array:
        return np.bincount(number[mask], minlength=len(units)) > 0

    calls = trace.calls.rows_of(about)
    outcome = np.full(len(calls), Outcome.OK, np.uint8)
    outcome[calls >= 0] = trace.calls.outcome[calls[calls >= 0]]
    is_over = np.zeros(len(calls), bool)
    is_over[calls >= 0] = told.view("time_ns")[chosen[calls >= 0]] > trace.calls.ended_ns[calls[calls >= 0]]
    acknowledged, dead = kind == Kind.ACKNOWLEDGED, kind == Kind.DEAD_LETTERED
    # A worker that was taken for gone may come back and acknowledge what another one has handled meanwhile.
    well = any_of(acknowledged & (calls >= 0) & (outcome == Outcome.OK))
    forgotten = acknowledged & np.isin(outcome, BAD)
    gone, too_early = any_of(forgotten) & ~well, any_of(forgotten & ~is_over)
    settled = any_of(acknowledged) & ~any_of(acknowledged & (outcome == Outcome.RUNNING))
    again = any_of(kind == Kind.REDELIVERED)
    fate = np.select([any_of(dead), gone, settled & again, settled], [DEAD, LOST, RETRIED, HANDLED], OPEN)
    why_lost, why_open = np.where(too_early, TOO_EARLY, FAILED), np.where(any_of(calls >= 0), WITH_CONSUMER, QUEUED)
    why = np.select([fate == LOST, fate == OPEN], [why_lost, why_open], 0)
    return Deliveries(units // len(consumer), consumer[units % len(consumer)], fate, why)


def _columns(trace: Trace) -> FateColumns:
    dispatches = trace.dispatches
    outcome = dispatches.outcome
    fate, why = _FATE.take(outcome), _WHY.take(outcome)
    waits = np.flatnonzero(fate == OPEN)
    seen = dispatches.columns.view("seen")[waits]
    failed, never = seen & (joining.FAILED | joining.TIMED_OUT) > 0, seen & joining.NEVER_RAN > 0
    gone = failed | never | (seen & joining.CANCELLED > 0)
    fate[waits[gone]] = LOST
    why[waits[gone]] = np.select([failed, never], [FAILED, NEVER_RAN], CANCELLED)[gone]
    _made_good(trace, fate, why)
    if len(trace.deliveries):
        _carried(trace, fate, why)
    _given_up(trace, why)
    dropped = dropped_by_hand(trace)
    fate[dropped], why[dropped] = LOST, BY_HAND
    return FateColumns(fate, why)


def _made_good(trace: Trace, fate: Array, why: Array) -> None:
    """Where calls were tried again, without a broker: each handler's last attempt counts."""
    calls = trace.calls
    again = np.flatnonzero(calls.attempt > 1)
    if not len(again):
        return
    tried = np.unique(trace.dispatches.rows_of(calls.dispatch[again]))
    is_tried = np.zeros(len(fate), bool)
    is_tried[tried[tried >= 0]] = True
    is_tried &= np.isin(trace.dispatches.outcome, (Outcome.OK, *BAD, Outcome.RUNNING))
    rows = trace.dispatches.rows_of(calls.dispatch)
    chosen = np.flatnonzero((rows >= 0) & is_tried[rows])
    if not len(chosen):
        return
    handlers, place = np.unique(Consumers(trace).of_handlers(calls.handler[chosen]), return_inverse=True)
    units, number = np.unique(rows[chosen].astype(np.int64) * len(handlers) + place, return_inverse=True)
    found = worst(calls.outcome[chosen], calls.attempt[chosen], number, len(units))
    owner = units // len(handlers)
    waits = trace.dispatches.waiting > 0
    before = fate[is_tried].copy()
    fate[is_tried] = np.where(waits[is_tried], OPEN, HANDLED)
    never, _, _ = skips(trace)
    fate[never[is_tried[never]]] = LOST
    np.maximum.at(fate, owner, found.astype(np.uint8))
    better = np.flatnonzero(is_tried)[fate[is_tried] != before]
    why[better] = np.where(fate[better] == OPEN, RUNNING, np.where(fate[better] == LOST, FAILED, NOTHING))


def skips(trace: Trace) -> tuple[Array, Array, Array]:
    """Rows of dispatches for which announced handlers were never called, the handlers (0: unknown), and how many each.

    What a broker's handler skips is not trouble: it reads later events alone.
    """
    skipped = trace.skipped
    rows = trace.dispatches.rows_of(skipped.view("dispatch"))
    known = np.flatnonzero(rows >= 0)
    seen = trace.dispatches.columns.view("seen")[rows[known]]
    known = known[seen & joining.DURABLE == 0]
    return rows[known], skipped.view("handler")[known], skipped.view("count")[known].astype(np.int64)


def _carried(trace: Trace, fate: Array, why: Array) -> None:
    """What a broker carried ends as the broker says, for the worst of its consumers."""
    told = trace.deliveries
    found = deliveries(trace, Consumers(trace))
    owner = found.dispatch
    fate[owner] = HANDLED
    np.maximum.at(fate, owner, found.fate.astype(np.uint8))
    decides = fate[owner] == found.fate
    why[owner] = NOTHING
    why[owner[decides]] = found.why[decides]
    rows = trace.dispatches.rows_of(told.view("dispatch"))
    sent = rows[(told.view("kind") == Kind.SENT) & (rows >= 0)]
    unread = trace.dispatches.columns.view("seen")[sent] & joining.CALLED == 0
    why[sent[unread & (fate[sent] == OPEN)]] = SENT_ON
    gone = rows[(told.view("kind") == Kind.DISCARDED) & (rows >= 0)]
    fate[gone], why[gone] = LOST, TOLD


def _given_up(trace: Trace, why: Array) -> None:
    """Calls that were cancelled because the queue of their service was full, or because their event had expired."""
    marks = trace.marks
    for decided, reason in ((Decided.DROPPED, OVERFLOWED), (Decided.EXPIRED, EXPIRED)):
        calls = trace.calls.rows_of(marks.call[marks.decided == decided])
        rows = trace.dispatches.rows_of(trace.calls.dispatch[calls[calls >= 0]])
        rows = rows[rows >= 0]
        why[rows[why[rows] == CANCELLED]] = reason


def dropped_by_hand(trace: Trace) -> Array:
    """Rows of dispatches that a person has kept from a handler; not where another call of that handler did not fail."""
    told = trace.interventions
    at = np.flatnonzero(told.view("did") == Did.DROPPED)
    rows = trace.dispatches.rows_of(told.view("dispatch")[at])
    at, rows = at[rows >= 0], rows[rows >= 0]
    lost = [
        row
        for row, handler in set(zip(rows.tolist(), told.view("handler")[at].tolist(), strict=True))
        if handler not in _called_well(trace, row)
    ]
    return np.unique(np.array(lost, np.int64))


def _called_well(trace: Trace, dispatch: int) -> Array:
    """Handlers of a dispatch's calls that have not failed, or not yet."""
    rows = trace.calls.by_dispatch.rows(int(trace.dispatches.id[dispatch]))
    handlers: Array = trace.calls.handler[rows][~np.isin(trace.calls.outcome[rows], BAD)]
    return handlers


def told_rows(trace: Trace) -> tuple[Array, Array]:
    """Rows of dispatches that a broker gave up, and of the delivery whose note says why; each dispatch once."""
    told = trace.deliveries
    gone = np.flatnonzero(told.view("kind") == Kind.DISCARDED)
    rows = trace.dispatches.rows_of(told.view("dispatch")[gone])
    found, first = np.unique(rows, return_index=True)
    known = found >= 0
    return found[known], gone[first[known]]
