"""Who an event was for: a handler under all its names, and the queue that feeds it, as one name id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.trace.same_handler import SameHandler
from buslens.records import NameKind

if TYPE_CHECKING:
    from bus.trace.trace import Trace

Array = npt.NDArray[Any]


class Consumers:
    """Which handler each queue of a trace belongs to; made for the trace as it is now."""

    def __init__(self, trace: Trace) -> None:
        self._same = SameHandler()
        self._same.update(trace.names)
        self._of_queue = self._queues(trace)

    def of_handlers(self, handlers: Array) -> Array:
        """The first name id of each of these handlers."""
        return self._same.firsts(handlers)

    def of_queues(self, queues: Array) -> Array:
        """The handler that each of these queues feeds; the queue itself where that is not known, or several."""
        found = queues.astype(np.int64)
        for queue, handler in self._of_queue.items():
            found[queues == queue] = handler
        return found

    def _queues(self, trace: Trace) -> dict[int, int]:
        """By what was called for its deliveries; by its name where nothing was yet."""
        by_text = {trace.names.text(ident): ident for ident in reversed(self._same.order)}
        texts = {queue: trace.names.text(queue) for queue in trace.names.ids(NameKind.QUEUE)}
        named = {queue: by_text[text] for queue, text in texts.items() if text in by_text}
        told = trace.deliveries
        rows = trace.calls.rows_of(told.view("call"))
        known = np.flatnonzero(rows >= 0)
        if not len(known):
            return named
        handlers = self.of_handlers(trace.calls.handler[rows[known]])
        pairs = np.unique(told.view("queue")[known].astype(np.int64) << 32 | handlers)
        queues, counts = np.unique(pairs >> 32, return_counts=True)
        only = dict(zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True))
        seen = {int(queue): only[int(queue)] for queue in queues[counts == 1]}
        shared = {int(queue) for queue in queues[counts > 1]}
        return {queue: handler for queue, handler in (named | seen).items() if queue not in shared}
