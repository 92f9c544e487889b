"""Which handlers of a dispatch were not called: those that it waits for, that are skipped, and that it is not for.

Who waits is derived (who listened when it was emitted, less who was called or skipped), because a fact for each handler
of each emit would be paid by the watched program. Where what is known does not add up to the number that was announced,
nobody is named rather than somebody wrong.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from bus.analysis import causality
from bus.trace.trace import Trace

MOST = 200
"""Skipped or filtered handlers of one dispatch that are named."""


def skipped_handlers(trace: Trace, row: int) -> list[str]:
    """Those that will never be called for the dispatch at this row, each with the reason."""
    of_it = np.flatnonzero(trace.skipped.view("dispatch") == trace.dispatches.id[row])
    return [skipped_handler(trace, at) for at in of_it[:MOST].tolist()]


def skipped_handler(trace: Trace, at: int) -> str:
    """Who is skipped, as this row of `trace.skipped` says, and why."""
    told, names = trace.skipped, trace.names
    handler, count = int(told.view("handler")[at]), int(told.view("count")[at])
    who = names.text(handler) if handler else f"{count} handlers" if count > 1 else "1 handler"
    cause = trace.calls.row_of(int(told.view("because_call")[at]))
    why = trace.blobs.note(int(told.view("note")[at]))
    if cause >= 0:
        why = f"because {names.text(int(trace.calls.handler[cause]))} raised"
    elif not handler:
        why = "it is not known which"
    return f"{who} ({why})" if why else who


def interventions(trace: Trace, dispatch: int, call: int = 0) -> list[tuple[int, str]]:
    """What a person did to deliveries of this dispatch, or to the one that became this call: when, and in words."""
    told = trace.interventions
    of_it = told.view("dispatch") == dispatch
    if call:
        of_it &= told.view("call") == call
    rows = np.flatnonzero(of_it)[:MOST].tolist()
    return [(int(told.view("time_ns")[at]), trace.blobs.note(int(told.view("note")[at]))) for at in rows]


def filtered_handlers(trace: Trace, row: int) -> list[str]:
    """Those that were subscribed, but not for the dispatch at this row, each with the reason."""
    told = trace.filtered
    found: list[str] = []
    for at in np.flatnonzero(told.view("dispatch") == trace.dispatches.id[row])[:MOST].tolist():
        handler, why = int(told.view("handler")[at]), trace.blobs.note(int(told.view("note")[at]))
        who = trace.names.text(handler) if handler else f"{int(told.view('count')[at])} more"
        found.append(f"{who} ({why})" if why else who)
    return found


def waiting_handlers(trace: Trace, row: int) -> list[int]:
    """Name ids of the handlers that the dispatch at this row waits for; empty where none, or where it is not known."""
    dispatches = trace.dispatches
    many = dispatches.waiting_of(row)
    if not many:
        return []
    left = _listening(trace, int(dispatches.event[row]), int(dispatches.emitted_ns[row]))
    filtered = trace.filtered
    left.subtract(filtered.view("handler")[filtered.view("dispatch") == dispatches.id[row]].tolist())
    if sum(left.values()) != int(dispatches.handlers[row]):
        return []
    calls = trace.calls
    of_it = causality.calls_of(trace, row)
    left.subtract(calls.handler[of_it[calls.attempt[of_it] <= 1]].tolist())
    skipped = trace.skipped
    left.subtract(skipped.view("handler")[skipped.view("dispatch") == dispatches.id[row]].tolist())
    waiting = [handler for handler, times in left.items() if times > 0]
    return waiting if len(waiting) == many else []


def _listening(trace: Trace, event: int, at_ns: int) -> Counter[int]:
    """Handlers that listened to an event on its bus at this time."""
    told = trace.subscriptions
    rows = np.flatnonzero((told.view("event") == event) & (told.view("time_ns") <= at_ns))
    found: dict[int, bool] = {}
    for handler, added in zip(told.view("handler")[rows].tolist(), told.view("added")[rows].tolist(), strict=True):
        found[handler] = bool(added)
    return Counter(handler for handler, listens in found.items() if listens)
