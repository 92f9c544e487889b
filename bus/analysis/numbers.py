"""Every number of bus/number_words.py, counted over a trace or over a choice of its events and handlers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace import fates, pairs
from bus.trace.consumers import Consumers
from bus.trace.pairs import Pairs
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]

CALLS: dict[str, tuple[Outcome, ...]] = {
    "ok": (Outcome.OK,),
    "failed": (Outcome.FAILED, Outcome.TIMED_OUT),
    "never_ran": (Outcome.NEVER_RAN,),
}
"""Words of words.py about calls, and the outcomes that count for each: here, in statistics, everywhere."""


def of_trace(trace: Trace, events: Array | None = None, handlers: Array | None = None) -> dict[str, int]:
    """Word and number. events: which dispatches; handlers: name ids; None: all of them.

    Where handlers are given, the words of events are about what became of each for those handlers.
    """
    found = pairs.of(trace)
    chosen = events if events is not None else np.ones(len(trace.dispatches), bool)
    fate = trace.fates.of(trace).fate[chosen]
    if events is not None or handlers is not None:
        found = found.take(_chosen(trace, found, chosen, handlers))
    if handlers is not None:
        fate = found.fate
    skipped, by, many = fates.skips(trace)
    never = chosen[skipped] & (np.isin(by, handlers) if handlers is not None else True)
    outcomes = trace.calls.outcome[calls_of(trace, events, handlers)]
    return {
        "emitted": int(np.count_nonzero(chosen)),
        **_fates(fate),
        "delivered": found.delivered,
        "twice": found.twice,
        "out_of_order": int(np.count_nonzero(found.out_of_order)),
        "skipped": int(many[never].sum()),
        "calls": len(outcomes),
        **{word: int(np.count_nonzero(ended(word, outcomes))) for word in CALLS},
    }


def ended(word: str, outcomes: Array) -> Array:
    """Which of these outcomes of calls count for a word of CALLS."""
    return np.isin(outcomes, CALLS[word])


def calls_of(trace: Trace, events: Array | None, handlers: Array | None) -> Array:
    """Which calls are of these dispatches and these handlers."""
    calls = trace.calls
    chosen = np.ones(len(calls), bool)
    if events is not None:
        rows = trace.dispatches.rows_of(calls.dispatch)
        chosen = (rows >= 0) & (events[rows] if len(events) else False)
    if handlers is not None:
        chosen &= np.isin(calls.handler, handlers)
    return chosen


def _chosen(trace: Trace, found: Pairs, events: Array, handlers: Array | None) -> Array:
    chosen = events[found.dispatch]
    if handlers is not None:
        wanted = Consumers(trace).of_handlers(np.asarray(handlers, np.int64))
        texts = {trace.names.text(int(each)) for each in handlers}
        queues = [queue for queue in trace.names.ids(NameKind.QUEUE) if trace.names.text(queue) in texts]
        chosen = chosen & np.isin(found.consumer, [*wanted.tolist(), *queues])
    return np.flatnonzero(chosen)


def _fates(fate: Array) -> dict[str, int]:
    counts = np.bincount(fate, minlength=len(fates.FATES))
    found = dict(zip(fates.FATES, counts.tolist(), strict=True))
    return {**found, "dropped": found["lost"]}
