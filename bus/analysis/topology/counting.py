"""Counts a trace into its graph: each dispatch goes along one edge that emits, each call along one edge to its handler.

A call that a queue delivered comes from the queue, any other from its event. So what leads to a handler adds up to its
calls, and what leads to an event to its dispatches. Ten million calls take a few seconds: off the Qt thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import numbers
from bus.analysis.topology import naming
from bus.analysis.topology.graph import Edge, EdgeKind, Node, Topology
from bus.analysis.topology.naming import NodeNames
from bus.analysis.topology.subscribed import Pairs, Subscribed
from bus.analysis.topology.tally import Tally
from bus.trace import fates
from bus.trace.trace import Trace
from buslens.records import Kind

Array = npt.NDArray[Any]

RECENT_NS = 5_000_000_000

AT_A_QUEUE = (
    Kind.ENQUEUED, Kind.DELIVERED, Kind.ACKNOWLEDGED, Kind.REJECTED, Kind.REDELIVERED, Kind.DEAD_LETTERED,
    Kind.SENT, Kind.CONFIRMED,
)  # fmt: skip
"""What a broker tells of a dispatch at a queue: it has gone there."""


def of_trace(trace: Trace, *, now_ns: int | None = None, recent_ns: int = RECENT_NS) -> Topology:
    """The graph of a trace that stands still. now_ns: where `Edge.recent` ends, None: at the trace's newest record."""
    return _Counting(trace, trace.span_ns[1] if now_ns is None else now_ns, recent_ns).topology()


class _Counting:
    """One look at a trace."""

    def __init__(self, trace: Trace, now_ns: int, recent_ns: int) -> None:
        self._trace = trace
        self._since_ns, self._recent_ns = now_ns - recent_ns, recent_ns
        self._names = NodeNames(trace)
        self._many = len(self._names.nodes)
        self._event = self._names.events(trace.dispatches.event)
        """Node of each dispatch's event."""

        self._call_handler = self._names.handlers(trace.calls.handler)
        rows = trace.dispatches.rows_of(trace.calls.dispatch)
        self._call_event = np.full(len(rows), naming.UNKNOWN_EVENT, np.int64)
        known = np.flatnonzero(rows >= 0)
        self._call_event[known] = self._event[rows[known]]
        self._subscribed = Subscribed(trace, self._names)

    def topology(self) -> Topology:
        """Everything counted."""
        edges = [*self._emits(), *self._carries(), *self._calls()]
        sources, targets = (np.array([getattr(edge, end) for edge in edges], np.int64) for end in ("source", "target"))
        nodes, place = naming.only_used(self._with_calls(), sources, targets)
        ends = zip(edges, place[sources].tolist(), place[targets].tolist(), strict=True)
        placed = [replace(edge, source=source, target=target) for edge, source, target in ends]
        return Topology(nodes, placed, recent_ns=self._recent_ns)

    def _with_calls(self) -> list[Node]:
        """All nodes; those of events with how many calls there were for them."""
        calls = np.bincount(self._call_event, minlength=self._many).tolist()
        nodes = zip(self._names.nodes, calls, strict=True)
        return [replace(node, calls=many) if many else node for node, many in nodes]

    def _emits(self) -> list[Edge]:
        dispatches = self._trace.dispatches
        tally = Tally(self._emitters(), self._event, self._many)
        lost = tally.count(self._trace.fates.of(self._trace).fate == fates.LOST)
        recent = tally.count(dispatches.emitted_ns > self._since_ns)
        newest = tally.newest(dispatches.id)
        return [
            Edge(source, target, EdgeKind.EMITS, count, lost=gone, recent=late, newest=last)
            for source, target, count, gone, late, last in _rows(
                tally.first, tally.second, tally.counts, lost, recent, newest
            )
        ]

    def _emitters(self) -> Array:
        """Node of whoever emitted each dispatch."""
        dispatches = self._trace.dispatches
        found = self._names.code(dispatches.lane)
        found[dispatches.cause_unknown] = naming.UNKNOWN
        parents = dispatches.parent_call
        inner = np.flatnonzero(parents)
        calls = self._trace.calls.rows_of(parents[inner])
        known = calls >= 0
        found[inner[known]] = self._call_handler[calls[known]]
        found[inner[~known]] = naming.UNKNOWN
        return found

    def _carries(self) -> list[Edge]:
        told = self._trace.deliveries
        kind, rows = told.view("kind"), self._trace.dispatches.rows_of(told.view("dispatch"))
        at = np.flatnonzero(np.isin(kind, AT_A_QUEUE) & (rows >= 0))
        if not len(at):
            return []
        queue, rows, kind = self._names.queues(told.view("queue")[at]), rows[at].astype(np.int64), kind[at]
        # Engines of Buslens confirm an event as such, and tell of its queues beside that.
        elsewhere = (kind != Kind.CONFIRMED) | ~self._is_of_its_event(queue, rows)
        queue, rows, kind = queue[elsewhere], rows[elsewhere], kind[elsewhere]
        once, first = np.unique(rows * self._many + queue, return_index=True)
        dead = np.zeros(len(once), bool)
        dead[np.searchsorted(once, np.unique((rows * self._many + queue)[kind == Kind.DEAD_LETTERED]))] = True
        rows, queue = rows[first], queue[first]
        dispatches = self._trace.dispatches
        tally = Tally(self._event[rows], queue, self._many)
        recent = tally.count(dispatches.emitted_ns[rows] > self._since_ns)
        newest = tally.newest(dispatches.id[rows])
        return [
            Edge(source, target, EdgeKind.CARRIES, count, bad, recent=late, newest=last)
            for source, target, count, bad, late, last in _rows(
                tally.first, tally.second, tally.counts, tally.count(dead), recent, newest
            )
        ]

    def _is_of_its_event(self, queue: Array, rows: Array) -> Array:
        """Whether each queue is called like the event of the dispatch."""
        texts = np.array([node.text for node in self._names.nodes], object)
        return np.asarray(texts[queue] == texts[self._event[rows]], bool)

    def _calls(self) -> list[Edge]:
        queue = self._queue_of_calls()
        by_queue = np.flatnonzero(queue >= 0)
        directly = np.flatnonzero(queue < 0) if len(by_queue) else np.arange(len(queue))
        pairs = np.unique(self._call_event * self._many + self._call_handler)
        subscribed = self._subscribed
        through = subscribed.through(queue[by_queue], self._call_event[by_queue], self._call_handler[by_queue])
        never = [
            Edge(event, handler, EdgeKind.HANDLES, registered=often, listening=still)
            for (event, handler), (often, still) in subscribed.but(pairs // self._many, pairs % self._many).items()
        ]
        handles = self._called(EdgeKind.HANDLES, directly, self._call_event[directly], subscribed.pairs)
        return [*handles, *self._called(EdgeKind.DELIVERS, by_queue, queue[by_queue], through), *never]

    def _called(self, kind: EdgeKind, rows: Array, sources: Array, subscribed: Pairs) -> list[Edge]:
        """Edges of the calls at these rows. sources: the node from which each came."""
        if not len(rows):
            return []
        calls = self._trace.calls
        tally = Tally(sources, self._call_handler[rows], self._many)
        failed = np.flatnonzero(numbers.ended("failed", calls.outcome[rows]))
        recent = tally.count(calls.started_ns[rows] > self._since_ns)
        ids = calls.id[rows]
        counted = tally.counts, tally.count(failed), recent, tally.newest(ids), tally.newest(ids, failed)
        edges = []
        for source, target, count, bad, late, last, wrong in _rows(tally.first, tally.second, *counted):
            often, still = subscribed.get((source, target), (0, 0))
            edges.append(Edge(source, target, kind, count, bad, 0, late, often, still, last, wrong))
        return edges

    def _queue_of_calls(self) -> Array:
        """Node of the queue that delivered each call, -1 where none did."""
        found = np.full(len(self._trace.calls), -1, np.int64)
        told = self._trace.deliveries
        at = np.flatnonzero(np.isin(told.view("kind"), (Kind.DELIVERED, Kind.REDELIVERED)) & (told.view("call") > 0))
        rows = self._trace.calls.rows_of(told.view("call")[at])
        known = rows >= 0
        found[rows[known]] = self._names.queues(told.view("queue")[at[known]])
        return found


def _rows(*columns: Array) -> Iterator[tuple[int, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)
