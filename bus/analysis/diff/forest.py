"""The flows of a trace as trees: a node for each dispatch and each call, below what caused it, in the order of time.

The nodes of dispatches come first, by their rows, then those of calls; behind them stands one root above all flows.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.hashing import mixed, together
from bus.analysis.diff.labels import Labels
from bus.trace.trace import Trace

Array = npt.NDArray[Any]


class Forest:
    """One of two traces that are compared; the trace must stand still meanwhile."""

    def __init__(self, trace: Trace, labels: Labels) -> None:
        self.trace = trace
        dispatches, calls = trace.dispatches, trace.calls
        self.dispatches = len(dispatches)
        """How many nodes are dispatches."""

        self.root = self.dispatches + len(calls)
        """The node above all flows, and so the number of all others."""

        self.time_ns = np.concatenate([dispatches.emitted_ns, calls.started_ns])
        self.ids = np.concatenate([dispatches.id.astype(np.uint64), calls.id.astype(np.uint64)])
        self.parent = self._parents()
        """The node of each one's cause: the root where there is none, or where the trace does not have it."""

        self.label = np.concatenate(
            [labels.of_events(trace, dispatches.event), labels.of_calls(trace, calls.handler, calls.attempt)]
        )
        """What each node is called: equal in both traces for the same event, or the same attempt of one handler."""

        self.digest = trace.blobs.digests(np.concatenate([dispatches.payload.astype(np.uint64), calls.error]))
        """Of each dispatch's payload and each call's error: equal in both traces for the same bytes, 0 for none."""

        self.children = self._in_order()
        """All nodes, those of one cause side by side, in the order of time."""

        self.many = np.bincount(self.parent, minlength=self.root + 1)
        """How many nodes each one caused, the root's included."""

        self.first = np.cumsum(self.many) - self.many
        """Where in `children` they begin."""

        self.shape = self._shapes()
        """Of each node: what it caused, by labels, in order, as one number."""

        payloads = np.concatenate([self.digest[: self.dispatches], np.zeros(len(calls), np.uint64)])
        self.content = together(together(self.label, payloads), self.shape[:-1])
        """What each node is, what it carried, and what it caused, as one number."""

    def below(self, nodes: Array) -> Array:
        """What these nodes caused, one after the other."""
        return self.children[ranges(self.first[nodes], self.many[nodes])]

    @cached_property
    def path(self) -> Array:
        """One number for what led to each node: the labels from the first emit of its flow on."""
        found, up, times = self._with_root(mixed(self.label)), self._up(), 0x9E3779B97F4A7C15
        for _ in range(self.root.bit_length() + 1):  # each round looks twice as far up; a circle has no end
            if (up == self.root).all():
                break
            found, up = found + np.uint64(times) * found[up], up[up]
            times = times * times % (1 << 64)
        return found

    @cached_property
    def last_id(self) -> Array:
        """The highest id of each node and all that grew from it: says which of two that end together ended first."""
        found, up = self._with_root(self.ids), self._up()
        for _ in range(self.root.bit_length() + 1):
            if (up == self.root).all():
                break
            np.maximum.at(found, up, found.copy())
            found[self.root] = 0
            up = up[up]
        return found

    def sizes(self, tops: Array) -> Array:
        """How many nodes grew from each of these nodes, of which none grew from another; themselves counted."""
        if not len(tops):
            return np.zeros(0, np.int64)
        top = np.full(self.root + 1, -1, np.int64)
        top[tops] = np.arange(len(tops))
        up = self._up()
        up[tops] = self.root
        for _ in range(self.root.bit_length() + 1):
            if (up == self.root).all():
                break
            top = np.where(top < 0, top[up], top)
            up = up[up]
        return np.bincount(top[top >= 0], minlength=len(tops))

    def _up(self) -> Array:
        return np.append(self.parent, self.root)

    def _with_root(self, values: Array) -> Array:
        return np.append(values, values.dtype.type(0))

    def _parents(self) -> Array:
        dispatches, calls = self.trace.dispatches, self.trace.calls
        emitters, served = calls.rows_of(dispatches.parent_call), dispatches.rows_of(calls.dispatch)
        emitters[dispatches.parent_call == 0] = -1
        return np.concatenate(
            [np.where(emitters < 0, self.root, emitters + self.dispatches), np.where(served < 0, self.root, served)]
        )

    def _in_order(self) -> Array:
        emits, calls = np.split(self.time_ns, [self.dispatches])
        if _ascend(emits) and _ascend(calls) and not (self.parent[self.dispatches :] == self.root).any():
            return np.argsort(self.parent, kind="stable")  # a third of the time, and mostly rows are in order
        return np.lexsort((self.ids, self.time_ns, self.parent))

    def _shapes(self) -> Array:
        place = np.arange(self.root) - self.first[self.parent[self.children]]
        # A sum over each node's stretch; that it wraps at 64 bits does no harm to a difference of two.
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(together(self.label[self.children], place))])
        return together(sums[self.first + self.many] - sums[self.first], self.many)


def _ascend(times: Array) -> bool:
    return bool((times[1:] >= times[:-1]).all())


def ranges(first: Array, many: Array) -> Array:
    """first, first + 1 and so on, `many` of each, one after the other."""
    ends = np.cumsum(many)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(first - ends + many, many))
