"""Who was ever subscribed to what, how often, and what of it still holds at the end: the edges that could be."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.topology.naming import NodeNames
from bus.trace.trace import Trace

Array = npt.NDArray[Any]
Pairs = dict[tuple[int, int], tuple[int, int]]
"""By two nodes: how often subscribed, and how many of these subscriptions still hold."""


class Subscribed:
    """The subscriptions of a trace between nodes."""

    def __init__(self, trace: Trace, names: NodeNames) -> None:
        told = trace.subscriptions
        events, handlers = told.view("event"), told.view("handler")
        self.pairs: Pairs = {}
        """By event and handler."""

        if not len(events):
            return
        first, event_number = np.unique(events, return_inverse=True)
        second, handler_number = np.unique(handlers, return_inverse=True)
        keys = event_number.astype(np.int64) * len(second) + handler_number
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        added = told.view("added")[order] > 0
        often = np.add.reduceat(added.astype(np.int64), starts)
        still = _still(added, starts)
        nodes = names.events(first)[found // len(second)], names.handlers(second)[found % len(second)]
        for event, handler, times, holds in zip(*(each.tolist() for each in (*nodes, often, still)), strict=True):
            before = self.pairs.get((event, handler), (0, 0))
            self.pairs[event, handler] = before[0] + times, before[1] + holds
        self.pairs = {pair: told for pair, told in self.pairs.items() if told[0]}

    def but(self, events: Array, handlers: Array) -> Pairs:
        """All but these pairs."""
        seen = set(zip(events.tolist(), handlers.tolist(), strict=True))
        return {pair: told for pair, told in self.pairs.items() if pair not in seen}

    def through(self, queues: Array, events: Array, handlers: Array) -> Pairs:
        """By queue and handler, of calls that queues delivered: the subscriptions to what came through the queue."""
        found: Pairs = {}
        if not len(queues):
            return found
        ways = np.unique(np.stack([queues, events, handlers]), axis=1)
        for queue, event, handler in ways.T.tolist():
            often, still = self.pairs.get((event, handler), (0, 0))
            before = found.get((queue, handler), (0, 0))
            found[queue, handler] = before[0] + often, before[1] + still
        return found


def _still(added: Array, starts: Array) -> Array:
    """How many hold at the end of each stretch that begins at `starts`; where none does, a removal takes none away."""
    steps = np.where(added, 1, -1)
    sums = np.cumsum(steps)
    before = sums[starts] - steps[starts]
    lengths = np.diff(np.r_[starts, len(steps)])
    ends = sums[starts + lengths - 1] - before
    lowest = np.minimum.reduceat(sums, starts) - before
    return np.asarray(ends - np.minimum(lowest, 0))
