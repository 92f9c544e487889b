"""What usually follows an event: which of its handlers emit what, in how many of its dispatches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.why.telling import Telling

Array = npt.NDArray[Any]

KNOWN = 3
"""Other dispatches from which one knows what is usual."""

SHARE = 0.5
"""Part of those in which something must have followed to be missed."""

MOST_EVENTS = 30
"""Events of which it is looked up what follows, for one answer: each costs some passes over the trace."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A handler that emits an event for another one."""

    handler: int
    event: int
    """First name ids of the handler, and of what it emits."""

    times: int
    """In how many of the others it did."""

    of: int
    """For how many others it was called."""


class UsualEffects:
    """Looked up event by event, each once."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._found: dict[int, tuple[Array, Array, Array]] = {}
        self._events = telling.trace.events.firsts(telling.trace.dispatches.event)

    def event_of(self, dispatch: int) -> int:
        """The first name id of the event of a dispatch."""
        return int(self._events[dispatch])

    def beside(self, dispatch: int) -> list[Usual]:
        """What usually follows the event of this dispatch, in its other dispatches; the most usual first."""
        called, emitted, by = self._of_event(self.event_of(dispatch))
        others = called[called[:, 1] != dispatch]
        handlers, of = np.unique(others[:, 0], return_counts=True)
        counts = dict(zip(handlers.tolist(), of.tolist(), strict=True))
        mine = np.flatnonzero(by != dispatch)
        if not len(mine):
            return []
        pairs, times = np.unique(emitted[mine], axis=0, return_counts=True)
        found = [
            Usual(handler, event, many, counts[handler])
            for (handler, event), many in zip(pairs.tolist(), times.tolist(), strict=True)
            if counts.get(handler, 0) >= KNOWN and many >= SHARE * counts[handler]
        ]
        return sorted(found, key=lambda each: -each.times / each.of)

    def _of_event(self, event: int) -> tuple[Array, Array, Array]:
        """Pairs of handler and dispatch that were called; pairs of handler and event that were emitted, for which."""
        if event not in self._found:
            none = np.empty((0, 2), np.int64)
            self._found[event] = (
                self._looked_up(event) if len(self._found) < MOST_EVENTS else (none, none, np.empty(0, np.int64))
            )
        return self._found[event]

    def _looked_up(self, event: int) -> tuple[Array, Array, Array]:
        observed, trace, end_if_unwanted = self._telling.observed, self._telling.trace, self._telling.end_if_unwanted
        end_if_unwanted()
        is_of_event = np.append(self._events == event, False)  # the last: a dispatch that is not known
        calls = np.flatnonzero(is_of_event[observed.dispatch_of_call])
        handlers = observed.same_handler.firsts(trace.calls.handler[calls])
        end_if_unwanted()
        called = _unique(handlers, observed.dispatch_of_call[calls])
        end_if_unwanted()
        at = np.flatnonzero(is_of_event[observed.parent_dispatch[observed.with_parent]])
        rows, parents = observed.with_parent[at], observed.parent_call[at]
        by, of = observed.same_handler.firsts(trace.calls.handler[parents]), observed.dispatch_of_call[parents]
        end_if_unwanted()
        emitted = _unique(by, self._events[rows], of)
        return called, emitted[:, :2], emitted[:, 2]


def _unique(*columns: Array) -> Array:
    """Different rows of these columns."""
    found: Array = np.stack([column.astype(np.int64) for column in columns], axis=1)
    order = np.lexsort(columns[::-1])
    found = found[order]
    new = np.ones(len(found), bool)
    new[1:] = np.any(found[1:] != found[:-1], axis=1)
    return found[new]
