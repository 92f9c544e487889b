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
from buslens.context import CAUSE_UNKNOWN as _CAUSE_UNKNOWN
from buslens.records import Did, Flag, Kind, Outcome

Rows = npt.NDArray[Any]

FAILED, TIMED_OUT, CANCELLED, CALLED, KEPT, DURABLE, DISCARDED, NEVER_RAN = 1, 2, 4, 8, 16, 32, 64, 128
"""Bits of what happened to a dispatch: the column `seen`. NEVER_RAN: a call's body never ran, or there is no call."""

_OPEN, _NOBODY = 256, 512
"""Beside them: a call waits or runs; no handler was announced."""

_SEEN_BIT = np.zeros(256, np.uint8)
_SEEN_BIT[[Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED]] = [FAILED, TIMED_OUT, CANCELLED]
_SEEN_BIT[Outcome.NEVER_RAN] = NEVER_RAN
_ENDED = np.full(256, Outcome.FAILED, np.uint8)
_ENDED[: Outcome.TIMED_OUT + 1] = [Outcome.OK, *range(Outcome.OK, Outcome.TIMED_OUT + 1)]
_ENDED[Outcome.NEVER_RAN] = Outcome.NEVER_RAN
"""What an outcome in a capture means for a call that has ended."""

CAUSE_UNKNOWN = np.uint64(_CAUSE_UNKNOWN)

_OK, _DURABLE = int(Outcome.OK), int(Flag.DURABLE)
"""As plain numbers: to look for a member of an Enum takes as long as to look through some hundred facts."""

_KEEPS = np.array([0] * _DURABLE + [DURABLE], np.uint8)
_MOST_PROMISED = 10_000
"""A person does less; a hostile capture does not make the search for them slow."""

_MOST = int(np.iinfo(np.int32).max)


class FactJoiner:
    """Joins facts to the rows of dispatches and calls that they are about."""

    def __init__(self, dispatches: Dispatches, calls: Calls) -> None:
        self.dispatches = dispatches
        self.calls = calls
        self._promised = np.zeros(0, np.uint64)
        """Calls that a person's redelivery will become: on an engine that keeps nothing nobody else announces them."""

    def join(self, facts: Facts) -> None:
        """Join one batch. Starts come before ends, so that the order inside a batch does not matter."""
        new = self._add_dispatches(facts.emitted)
        touched = [np.arange(new.start, new.stop)]
        if len(facts.others):
            touched += self._interfere(facts.others.of_kind(Kind.INTERVENED))
        touched.append(self._add_calls(facts.started))
        self._find_roots(new)
        touched.append(self._end_calls(facts.ended))
        if len(facts.others):
            touched.append(self._skip(facts.others.of_kind(Kind.SKIPPED)))
            touched += self._deliver(facts.others)
        self._settle(np.concatenate(touched))

    def _add_dispatches(self, facts: Facts) -> slice:
        ids, emitted, count, parents = facts.id, facts.time_ns, facts.count, facts.parent
        unknown = parents == CAUSE_UNKNOWN
        if unknown.any():
            parents = np.where(unknown, 0, parents)
        rows = self.dispatches.columns.append(
            len(facts), id=ids, event=facts.name, parent_call=parents, lane=facts.lane,
            emitted_ns=emitted, handlers=count, payload=facts.blob, ended_ns=emitted,
            waiting=np.minimum(count, _MOST), root=ids, cause_unknown=unknown,
            seen=_KEEPS[facts.flags & _DURABLE],
        )  # fmt: skip
        self.dispatches.index.add(ids, rows.start)
        return rows

    def _add_calls(self, facts: Facts) -> Rows:
        """Append calls; the dispatch rows that they belong to."""
        ids, parents, count, started = facts.id, facts.parent, facts.count, facts.time_ns
        touched = self.dispatches.rows_of(parents)
        known = _which(touched >= 0)
        touched = np.asarray(touched[known])
        emitted = started.copy()
        emitted[known] = self.dispatches.emitted_ns[touched]
        rows = self.calls.columns.append(
            len(facts), id=ids, dispatch=parents, handler=facts.name, lane=facts.lane,
            emitted_ns=emitted, started_ns=started, ended_ns=-1, attempt=count, flags=facts.flags,
        )  # fmt: skip
        self.calls.index.add(ids, rows.start)
        columns = self.dispatches.columns
        # Where a broker redelivers, it has said before that it waits again.
        seen = columns.view("seen")[touched]
        announced = (count[known] <= 1) | (seen & DURABLE > 0)
        if len(self._promised):
            announced |= np.isin(ids[known], self._promised)
            self._promised = np.setdiff1d(self._promised, ids)
        columns.add("waiting", touched[_which(announced)], -1)
        columns.add("running", touched, 1)
        columns.view("seen")[touched] = seen | np.uint8(CALLED)
        return touched

    def _find_roots(self, new: slice) -> None:
        """The root of each new dispatch: up from parent to parent by pointer doubling."""
        parents = self.dispatches.parent_call[new]
        inner = parents.nonzero()[0]
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
            rows, facts = rows[good], facts.take(good.nonzero()[0])
        if _repeat(rows):
            rows, once = np.unique(rows, return_index=True)
            facts = facts.take(once)
        # -1 says "running", so nothing may end there.
        ended = np.maximum(np.maximum(facts.time_ns, calls.started_ns[rows]), 0)
        outcome = _ENDED[facts.outcome]
        calls.ended_ns[rows] = ended
        calls.outcome[rows] = outcome
        blob = facts.blob
        with_error = blob.nonzero()[0]
        calls.columns.put("error", rows[with_error], blob[with_error])
        touched = self.dispatches.rows_of(calls.dispatch[rows])
        known = _which(touched >= 0)
        touched, outcome = np.asarray(touched[known]), outcome[known]
        columns = self.dispatches.columns
        np.maximum.at(columns.view("ended_ns"), touched, ended[known])
        columns.add("running", touched, -1)
        wrong = (outcome != _OK).nonzero()[0]
        bits = _SEEN_BIT[outcome[wrong]]
        columns.add("failed", touched[wrong[bits & (FAILED | TIMED_OUT) > 0]], 1)
        np.bitwise_or.at(columns.view("seen"), touched[wrong], bits)
        return touched

    def _skip(self, facts: Facts) -> Rows:
        rows = self.dispatches.rows_of(facts.id)
        known = rows >= 0
        count = np.minimum(facts.count[known], _MOST).astype(np.int64)
        rows, columns = rows[known], self.dispatches.columns
        columns.add("waiting", rows, -count)
        # Of a broker it only means that the handler reads later events alone: it was announced too early.
        seen = columns.view("seen")
        never = rows[seen[rows] & DURABLE == 0]
        seen[never] |= np.uint8(NEVER_RAN)
        return rows

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

    def _interfere(self, done: Facts) -> list[Rows]:
        """What a person did: one more call is to come, or one will not come after all."""
        if not len(done):
            return []
        columns = self.dispatches.columns
        more = done.take(np.isin(done.count, (Did.DUPLICATED, Did.REDELIVERED)).nonzero()[0])
        redelivered = more.parent[more.count == Did.REDELIVERED]
        self._promised = np.union1d(self._promised, redelivered)[-_MOST_PROMISED:]
        twice = self._known(more)
        after_all = self._known(done.take((done.count == Did.COPY_DROPPED).nonzero()[0]))
        columns.add("waiting", twice, 1)
        columns.add("waiting", after_all, -1)
        return [twice, after_all]

    def _known(self, facts: Facts) -> Rows:
        rows = self.dispatches.rows_of(facts.id)
        return rows[rows >= 0]

    def _settle(self, rows: Rows) -> None:
        """Say anew how these dispatches ended; to say it of those between them too is quicker than to choose."""
        if not len(rows):
            return
        low, high = int(rows.min()), int(rows.max()) + 1
        where = slice(low, high) if high - low <= 16 * len(rows) + 1024 else np.unique(rows)
        columns = self.dispatches.columns
        state = columns.view("seen")[where].astype(np.int16)
        state |= ((columns.view("waiting")[where] > 0) | (columns.view("running")[where] > 0)) * np.int16(_OPEN)
        state |= (columns.view("handlers")[where] == 0) * np.int16(_NOBODY)
        self.dispatches.outcome[where] = _SETTLED[state]


def _settled() -> Rows:
    """How a dispatch ended, for each combination of what is `seen` of it, _OPEN and _NOBODY."""
    state = np.arange(2 * _NOBODY)
    unheard = (state & _NOBODY > 0) & (state & CALLED == 0)
    kept = unheard & (state & KEPT > 0)
    gone = (state & DISCARDED > 0) | (unheard & (state & (KEPT | DURABLE) == 0))
    return np.select(
        [
            gone, kept, (state & _OPEN > 0) | unheard, state & FAILED > 0, state & TIMED_OUT > 0,
            state & NEVER_RAN > 0, state & CANCELLED > 0,
        ],
        [
            Outcome.LOST, Outcome.KEPT, Outcome.RUNNING, Outcome.FAILED, Outcome.TIMED_OUT,
            Outcome.NEVER_RAN, Outcome.CANCELLED,
        ],
        Outcome.OK,
    ).astype(np.uint8)  # fmt: skip


_SETTLED = _settled()


def _which(mask: Rows) -> Any:
    """What a mask says, so that choosing all of them copies nothing."""
    return slice(None) if bool(mask.all()) else mask.nonzero()[0]


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
