"""From facts to rows: whole batches of facts are joined to dispatches and calls by their ids.

Facts may come late, twice, or without those that they belong to, because records were dropped or the capture is
hostile: what makes sense is kept, the rest is passed over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.facts import Facts
from bus.trace.tables import Calls, Dispatches
from buslens.records import Flag, Kind, Outcome

Rows = npt.NDArray[Any]

FAILED, TIMED_OUT, CANCELLED, CALLED, KEPT, DURABLE, DISCARDED = 1, 2, 4, 8, 16, 32, 64
"""Bits of what happened to a dispatch: the column `seen`."""

_SEEN_BIT = np.zeros(256, np.uint8)
_SEEN_BIT[[Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED]] = [FAILED, TIMED_OUT, CANCELLED]
_MOST = int(np.iinfo(np.int32).max)


class Joining:
    """Writes facts into the two tables."""

    def __init__(self, dispatches: Dispatches, calls: Calls) -> None:
        self.dispatches = dispatches
        self.calls = calls

    def take(self, facts: Facts) -> None:
        """Join one batch. Starts come before ends, so that the order inside a batch does not matter."""
        kind = facts.kind
        new = self._add_dispatches(facts.of_kind(Kind.DISPATCH_EMITTED))
        touched = [np.arange(new.start, new.stop), self._add_calls(facts.of_kind(Kind.CALL_STARTED))]
        self._find_roots(new)
        touched.append(self._end_calls(facts.of_kind(Kind.CALL_ENDED)))
        if bool((kind >= Kind.ENQUEUED).any()):
            touched.append(self._skip(facts.of_kind(Kind.SKIPPED)))
            touched += self._deliver(facts)
        self._settle(np.concatenate(touched))

    def _add_dispatches(self, facts: Facts) -> slice:
        ids, emitted = facts.id, facts.time_ns
        rows = self.dispatches.columns.append(
            len(facts), id=ids, event=facts.name, parent_call=facts.parent, lane=facts.lane,
            emitted_ns=emitted, handlers=facts.count, payload=facts.blob, ended_ns=emitted,
            waiting=np.minimum(facts.count, _MOST), root=ids,
            seen=np.where(facts.flags & Flag.DURABLE, np.uint8(DURABLE), np.uint8(0)),
        )  # fmt: skip
        self.dispatches.index.add(ids, rows.start)
        return rows

    def _add_calls(self, facts: Facts) -> Rows:
        """Append calls; the dispatch rows that they belong to."""
        dispatch_rows = self.dispatches.rows_of(facts.parent)
        known = dispatch_rows >= 0
        emitted = facts.time_ns.copy()
        emitted[known] = self.dispatches.emitted_ns[dispatch_rows[known]]
        count = facts.count
        rows = self.calls.columns.append(
            len(facts), id=facts.id, dispatch=facts.parent, handler=facts.name, lane=facts.lane,
            emitted_ns=emitted, started_ns=facts.time_ns, ended_ns=-1, attempt=count, flags=facts.flags,
        )  # fmt: skip
        self.calls.index.add(facts.id, rows.start)
        touched = dispatch_rows[known]
        columns = self.dispatches.columns
        # Where a broker redelivers, it has said before that it waits again.
        announced = (count[known] <= 1) | (columns.view("seen")[touched] & DURABLE > 0)
        columns.add("waiting", touched[announced], -1)
        columns.add("running", touched, 1)
        columns.view("seen")[touched] |= np.uint8(CALLED)
        return touched

    def _find_roots(self, new: slice) -> None:
        """The root of each new dispatch: up from parent to parent by pointer doubling."""
        parents = self.dispatches.parent_call[new]
        inner = np.flatnonzero(parents)
        if not len(inner):
            return
        call_rows = self.calls.rows_of(parents[inner])
        inner, call_rows = inner[call_rows >= 0], call_rows[call_rows >= 0]
        above = self.dispatches.rows_of(self.calls.dispatch[call_rows])
        inner, above = inner[above >= 0], above[above >= 0]
        up = np.arange(new.start, new.stop)
        up[inner] = above
        climbing = inner[above >= new.start]
        for _ in range(64):  # 2**64 levels: a cycle in a hostile capture ends here
            if not len(climbing):
                break
            at = up[climbing]
            further = up[at - new.start]
            up[climbing] = further
            climbing = climbing[(further != at) & (further >= new.start)]
        roots = self.dispatches.root
        roots[new] = roots[up]

    def _end_calls(self, facts: Facts) -> Rows:
        """End calls; the dispatch rows that they belong to."""
        calls = self.calls
        rows = calls.rows_of(facts.id)
        good = rows >= 0
        good[good] = calls.ended_ns[rows[good]] < 0
        if not bool(good.all()):
            rows, facts = rows[good], facts.take(np.flatnonzero(good))
        if _repeat(rows):
            rows, once = np.unique(rows, return_index=True)
            facts = facts.take(once)
        # -1 says "running", so nothing may end there.
        ended = np.maximum(np.maximum(facts.time_ns, calls.started_ns[rows]), 0)
        outcome = facts.outcome
        outcome = np.where(outcome == 0, np.uint8(Outcome.OK), outcome)
        outcome = np.where(outcome > Outcome.TIMED_OUT, np.uint8(Outcome.FAILED), outcome)
        calls.ended_ns[rows] = ended
        calls.outcome[rows] = outcome
        said = np.flatnonzero(facts.blob)
        calls.columns.put("error", rows[said], facts.blob[said])
        dispatch_rows = self.dispatches.rows_of(calls.dispatch[rows])
        known = dispatch_rows >= 0
        touched, outcome = dispatch_rows[known], outcome[known]
        columns = self.dispatches.columns
        np.maximum.at(columns.view("ended_ns"), touched, ended[known])
        columns.add("running", touched, -1)
        columns.add("failed", touched[(outcome == Outcome.FAILED) | (outcome == Outcome.TIMED_OUT)], 1)
        wrong = np.flatnonzero(outcome != Outcome.OK)
        np.bitwise_or.at(columns.view("seen"), touched[wrong], _SEEN_BIT[outcome[wrong]])
        return touched

    def _skip(self, facts: Facts) -> Rows:
        rows = self.dispatches.rows_of(facts.id)
        known = rows >= 0
        count = np.minimum(facts.count[known], _MOST).astype(np.int64)
        self.dispatches.columns.add("waiting", rows[known], -count)
        return rows[known]

    def _deliver(self, facts: Facts) -> list[Rows]:
        """What a broker did: it keeps it, though nobody may listen yet; it waits again; it waits no longer."""
        columns = self.dispatches.columns
        kept, again, dead, gone = (
            self._known(facts.of_kind(each))
            for each in (Kind.ENQUEUED, Kind.REJECTED, Kind.DEAD_LETTERED, Kind.DISCARDED)
        )
        np.bitwise_or.at(columns.view("seen"), kept, np.uint8(KEPT))
        np.bitwise_or.at(columns.view("seen"), gone, np.uint8(DISCARDED))
        columns.add("waiting", again, 1)
        columns.add("waiting", dead, -1)
        return [kept, again, dead, gone]

    def _known(self, facts: Facts) -> Rows:
        rows = self.dispatches.rows_of(facts.id)
        return rows[rows >= 0]

    def _settle(self, rows: Rows) -> None:
        """Say anew how these dispatches ended."""
        rows = _once(rows)
        dispatches = self.dispatches
        columns = dispatches.columns
        seen = columns.view("seen")[rows]
        still_open = (columns.view("waiting")[rows] > 0) | (columns.view("running")[rows] > 0)
        unheard = (dispatches.handlers[rows] == 0) & (seen & CALLED == 0)
        kept = unheard & (seen & KEPT > 0)
        gone = (seen & DISCARDED > 0) | (unheard & (seen & (KEPT | DURABLE) == 0))
        dispatches.outcome[rows] = np.select(
            [gone, kept, still_open | unheard, seen & FAILED > 0, seen & TIMED_OUT > 0, seen & CANCELLED > 0],
            [Outcome.LOST, Outcome.KEPT, Outcome.RUNNING, Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED],
            Outcome.OK,
        )  # fmt: skip


def _repeat(rows: Rows) -> bool:
    """Whether a row is named more than once. Counting within their span is quicker than sorting."""
    if not len(rows) or bool((rows[1:] > rows[:-1]).all()):
        return False
    low, high = int(rows.min()), int(rows.max()) + 1
    if high - low > 16 * len(rows) + 1024:
        return len(np.unique(rows)) < len(rows)
    marked = np.zeros(high - low, bool)
    marked[rows - low] = True
    return int(np.count_nonzero(marked)) < len(rows)


def _once(rows: Rows) -> Rows:
    """Each row once, ascending. Marking them within their span is quicker than sorting."""
    if not len(rows):
        return rows
    low, high = int(rows.min()), int(rows.max()) + 1
    if high - low > 16 * len(rows) + 1024:
        return np.unique(rows)
    marked = np.zeros(high - low, bool)
    marked[rows - low] = True
    return np.flatnonzero(marked) + low
