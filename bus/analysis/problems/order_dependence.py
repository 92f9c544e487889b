"""A handler that fails always when another one of its event began before it, and never when it began behind it.

A bus that promises no order may call them either way. One trace proves no cause, so it is a hint, and one that is only
told where both orders were seen, in turns, and each had one outcome alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import several
from buslens.records import Outcome

Array = npt.NDArray[Any]

LEAST = 5
"""Emits with either order."""

TURNS = 4
"""Times that the order changed: one change may have come with another reason."""

MOST_TRIED = 2_000
"""Calls of a handler that failed, and as many that did not: where these tell that order does not matter, nothing else
is looked at."""

MOST_LOOKED = 200
"""Handlers that fail, and of each the handlers beside it, those with the most calls first."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler, what failed most often first; of each the one beside it that tells most."""
    calls = observed.trace.calls
    failing = Groups(calls.handler[observed.failed_calls])
    first_attempts = {
        handler: int(calls.attempt[observed.failed_calls[places]].min())
        for handler, places in failing.largest(LEAST, MOST_LOOKED)
    }
    if not first_attempts:
        return
    of_handler = Groups(calls.handler)
    all_calls = {
        handler: _that_ended(observed, of_handler.of(handler), attempt) for handler, attempt in first_attempts.items()
    }
    tried = {handler: _tried(observed, mine) for handler, mine in all_calls.items()}
    beside = observed.calls_of(observed.dispatch_of_call[np.concatenate(list(tried.values()))])
    for handler, mine in all_calls.items():
        found = _of_handler(observed, handler, mine, tried[handler], beside)
        if found is not None:
            yield found


DETECTOR = Detector("order-dependence", "Order dependence", find)


def _that_ended(observed: Observed, rows: Array, attempt: int) -> Array:
    """Those of a handler's calls that ended well or failed, of one attempt: what is done again has another order."""
    calls = observed.trace.calls
    rows = rows[calls.attempt[rows] == attempt]
    outcome = calls.outcome[rows]
    ended = (outcome == Outcome.OK) | (outcome == Outcome.FAILED)
    return np.asarray(rows[ended & (observed.dispatch_of_call[rows] >= 0)])


def _tried(observed: Observed, mine: Array) -> Array:
    """Some that failed and some that did not."""
    has_failed = observed.trace.calls.outcome[mine] == Outcome.FAILED
    return np.sort(np.concatenate([mine[has_failed][:MOST_TRIED], mine[~has_failed][:MOST_TRIED]]))


def _of_handler(observed: Observed, handler: int, mine: Array, tried: Array, beside: Array) -> Finding | None:
    """mine: its calls; tried: some of them; beside: all calls of the same emits as those."""
    may_be = {other for other, *two in _pairs(observed, handler, tried, beside) if _parts(observed, *two)}
    if not may_be:
        return None
    for other, *two in _pairs(observed, handler, mine, observed.calls_of(observed.dispatch_of_call[mine])):
        found = _of_two(observed, (handler, other), *two) if other in may_be else None
        if found is not None:
            return found
    return None


def _pairs(observed: Observed, handler: int, mine: Array, among: Array) -> Iterator[tuple[int, Array, Array]]:
    """The handlers beside it, with calls of the two for the same emits. among: where the others are looked for."""
    calls = observed.trace.calls
    dispatches, first = np.unique(observed.dispatch_of_call[mine], return_index=True)
    mine = mine[first]
    among = among[np.isin(observed.dispatch_of_call[among], dispatches)]
    beside = among[(calls.handler[among] != handler) & (calls.attempt[among] <= 1)]
    for other, places in Groups(calls.handler[beside]).largest(2 * LEAST, MOST_LOOKED):
        theirs = beside[places]
        at = np.searchsorted(dispatches, observed.dispatch_of_call[theirs])
        at, once = np.unique(at, return_index=True)
        yield other, mine[at], theirs[once]


def _parts(observed: Observed, mine: Array, theirs: Array) -> bool:
    """Whether each order has had one outcome alone."""
    calls = observed.trace.calls
    apart = calls.started_ns[mine] != calls.started_ns[theirs]
    failed = calls.outcome[mine[apart]] == Outcome.FAILED
    is_first = calls.started_ns[mine[apart]] < calls.started_ns[theirs[apart]]
    return bool((failed == is_first).all() or (failed != is_first).all())


def _of_two(observed: Observed, handlers: tuple[int, int], mine: Array, theirs: Array) -> Finding | None:
    """mine, theirs: calls of the two for the same emits."""
    calls = observed.trace.calls
    apart = calls.started_ns[mine] != calls.started_ns[theirs]
    mine, theirs = mine[apart], theirs[apart]
    order = np.argsort(calls.started_ns[mine], kind="stable")
    mine, theirs = mine[order], theirs[order]
    failed = calls.outcome[mine] == Outcome.FAILED
    is_first = calls.started_ns[mine] < calls.started_ns[theirs]
    turns = int(np.count_nonzero(is_first[1:] != is_first[:-1]))
    if min(int(failed.sum()), int((~failed).sum())) < LEAST or turns < TURNS:
        return None
    if not _parts(observed, mine, theirs):
        return None
    who, other = map(observed.text, handlers)
    event, bad = observed.event_of_call(int(mine[0])), mine[failed]
    when = "first" if bool(is_first[failed][0]) else "second"
    return Finding(
        DETECTOR.id, Severity.HINT, f"{who} fails on {event} whenever it begins {when}, beside {other}",
        f"It failed {several(len(bad), 'time')} of {len(bad)} where it began {when}, and never in "
        f"{several(len(mine) - len(bad), 'emit')} with the other order; the order changed {turns} times.",
        f"If {who} needs what {other} does (or what that undoes), let one of them emit an event for the other: nothing "
        "promises this order.",
        observed.on_calls(bad), (who, other, event), observed.handler_place(handlers[0]),
    )  # fmt: skip
