"""Each place where two aligned traces differ, with the moment at which that first shows, on the first trace's clock.

A node is different only in itself: that something below it is missing is said of what is missing alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.alignment import Alignment
from bus.analysis.diff.error_pairs import other_errors
from bus.analysis.diff.forest import Forest
from bus.trace.fates import BAD
from buslens.records import Outcome

Array = npt.NDArray[Any]


class What(IntEnum):
    """How two traces differ at one place. Of an emit or a call, if it does not say otherwise."""

    MISSING = 1
    """The first trace has it, the second does not."""

    ADDED = 2
    """The second trace has it, the first does not."""

    REORDERED = 3
    """Both have it, and in another order beside what the same cause emitted or called."""

    FAILS = 4
    """A call that ended well, or runs still, fails in the second trace: failed, timed out, cancelled or never ran."""

    FAILS_NO_MORE = 5
    """A call that failed does not in the second trace."""

    FAILS_OTHERWISE = 6
    """A call fails in both, and in another way."""

    ENDS_OTHERWISE = 7
    """A call fails in neither, and one of the traces ends while it runs."""

    FATE = 8
    """Of an emit whose calls do not differ: what became of it."""

    PAYLOAD = 9
    """Of an emit: what it carried."""


_BEFORE, _AT, _END, _AFTER = -1, 0, 1, 2
"""Of what shows at one time: a failure before what is missing for it, what begins, what ends, what is only added."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """One value for each difference, the one that shows first in front."""

    what: Array
    first: Array
    """The node of the first forest; -1 where something was added."""

    second: Array
    """The node of the second forest; -1 where something is missing."""

    time_ns: Array
    """When it shows: on the clock of the first trace, also of what was added."""

    def take(self, which: Array) -> Occurrences:
        """Those at these places, or where this mask is true."""
        return Occurrences(*(getattr(self, name)[which] for name in self.__slots__))


def occurrences(a: Forest, b: Forest, pairs: Alignment) -> Occurrences:
    """All differences of two aligned forests, those of payloads that differ in their bytes included."""
    found = _Found(a, b, pairs)
    found.lost_and_added()
    found.reordered()
    ends = found.ends()
    found.fates(ends)
    found.payloads()
    return found.sorted()


class _Found:
    """What was found so far."""

    def __init__(self, a: Forest, b: Forest, pairs: Alignment) -> None:
        self.a, self.b, self.pairs = a, b, pairs
        self.start = tuple(int(each.time_ns.min()) if each.root else 0 for each in (a, b))
        self.rows: list[tuple[Array, ...]] = []

    def add(self, what: What | Array, first: Array, second: Array, time_ns: Array, tie: Array, phase: int) -> None:
        whats, phases = np.broadcast_to(np.asarray(what), len(first)), np.full(len(first), phase)
        # Of what ends at one time the inner one ended first, which began last.
        began = ~self.a.ids[first] if phase == _END else np.zeros(len(first), np.uint64)
        self.rows.append((whats, first, second, time_ns, tie.astype(np.uint64), phases, began))

    def sorted(self) -> Occurrences:
        what, first, second, time_ns, *ties = (np.concatenate(each) for each in zip(*self.rows, strict=True))
        return Occurrences(what, first, second, time_ns).take(np.lexsort((*reversed(ties), time_ns)))

    def lost_and_added(self) -> None:
        missing, added = self.pairs.missing, self.pairs.added
        nobody = np.full(len(missing), -1)
        self.add(What.MISSING, missing, nobody, self.a.time_ns[missing], self.a.ids[missing], _AT)
        time_ns, tie = self._when_added(added)
        self.add(What.ADDED, np.full(len(added), -1), added, time_ns, tie, _AFTER)

    def _when_added(self, added: Array) -> tuple[Array, Array]:
        """As long after the sibling in front of it that both have, or after its cause, as in the second trace."""
        b, place = self.b, np.empty(self.b.root, np.int64)
        place[b.children] = np.arange(b.root)
        is_firm = np.zeros(b.root, bool)
        is_firm[self.pairs.second[~self.pairs.moved]] = True
        last_firm = np.maximum.accumulate(np.where(is_firm[b.children], np.arange(b.root), -1))
        before = last_firm[place[added]]
        has_one = before >= b.first[b.parent[added]]
        anchor = np.where(has_one, b.children[before], b.parent[added]) if len(added) else added
        times_a, times_b = (np.append(f.time_ns, s) for f, s in zip((self.a, self.b), self.start, strict=True))
        at = self.pairs.to_first[anchor]
        # At full speed all happens at one time: what grew from a sibling in front comes before.
        tie = np.where(has_one, self.a.last_id[at], np.append(self.a.ids, np.uint64(0))[at]) if len(added) else added
        return times_a[at] + b.time_ns[added] - times_b[anchor], tie

    def reordered(self) -> None:
        which = np.flatnonzero(self.pairs.moved)
        first, second = self.pairs.first[which], self.pairs.second[which]
        self.add(What.REORDERED, first, second, self.a.time_ns[first], self.a.ids[first], _AT)

    def ends(self) -> Array:
        """Calls that end otherwise; the nodes of the first forest."""
        a, b = self.a, self.b
        which = np.flatnonzero(self.pairs.first >= a.dispatches)
        first, second = self.pairs.first[which], self.pairs.second[which]
        rows = first - a.dispatches, second - b.dispatches
        outcome = a.trace.calls.outcome[rows[0]], b.trace.calls.outcome[rows[1]]
        bad = np.isin(outcome[0], BAD), np.isin(outcome[1], BAD)
        what = np.select(
            [~bad[0] & bad[1], bad[0] & ~bad[1], bad[0] & (outcome[0] != outcome[1]), outcome[0] != outcome[1]],
            [What.FAILS, What.FAILS_NO_MORE, What.FAILS_OTHERWISE, What.ENDS_OTHERWISE], 0,
        )  # fmt: skip
        both = np.flatnonzero((outcome[0] == Outcome.FAILED) & (outcome[1] == Outcome.FAILED))
        what[both[other_errors(a, b, first[both], second[both])]] = What.FAILS_OTHERWISE
        differ = what > 0
        self._add_ends(what[differ], first[differ], second[differ])
        return first[differ]

    def _add_ends(self, what: Array, first: Array, second: Array) -> None:
        if not len(first):
            return
        a = self.a
        ended = a.trace.calls.ended_ns[first - a.dispatches]
        time_ns, tie = np.where(ended < 0, a.trace.span_ns[1], ended), a.last_id[first].copy()
        # What a call did not emit because it failed is missing for that: the failure comes first.
        time_of, tie_of = np.full(a.root + 1, np.iinfo(np.int64).max), np.full(a.root + 1, np.iinfo(np.uint64).max)
        for top, when, order in self._tops():
            np.minimum.at(time_of, top, when)
            np.minimum.at(tie_of, top, order)
        earlier = time_of[first] <= time_ns
        time_ns[earlier], tie[earlier] = time_of[first][earlier], tie_of[first][earlier]
        for which, phase in ((earlier, _BEFORE), (~earlier, _END)):
            self.add(what[which], first[which], second[which], time_ns[which], tie[which], phase)

    def _tops(self) -> list[tuple[Array, Array, Array]]:
        """Of what is missing and added: the cause in the first forest, when it shows, and the order at that time."""
        (_, missing, _, times, ties, *_), (_, _, added, added_times, added_ties, *_) = self.rows[:2]
        return [
            (self.a.parent[missing], times, ties),
            (self.pairs.to_first[self.b.parent[added]], added_times, added_ties),
        ]

    def fates(self, ended_otherwise: Array) -> None:
        a, b = self.a, self.b
        told = np.zeros(a.root + 1, bool)
        told[a.parent[ended_otherwise]] = True
        for cause, _, _ in self._tops():
            told[cause] = True
        which = np.flatnonzero((self.pairs.first < a.dispatches) & ~told[self.pairs.first])
        first, second = self.pairs.first[which], self.pairs.second[which]
        differ = a.trace.fates.of(a.trace).fate[first] != b.trace.fates.of(b.trace).fate[second]
        first, second = first[differ], second[differ]
        if len(first):
            self.add(What.FATE, first, second, a.trace.dispatches.ended_ns[first], a.last_id[first], _END)

    def payloads(self) -> None:
        a, b = self.a, self.b
        which = np.flatnonzero(self.pairs.first < a.dispatches)
        first, second = self.pairs.first[which], self.pairs.second[which]
        differ = a.digest[first] != b.digest[second]
        first, second = first[differ], second[differ]
        self.add(What.PAYLOAD, first, second, a.time_ns[first], a.ids[first], _AT)
