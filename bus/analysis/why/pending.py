"""What has not ended: calls that run, emits whose handlers have not begun, since when, and who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bus.analysis.stood import stood_at, waits_at
from bus.analysis.why.answer import Reason, Sure
from bus.analysis.why.telling import Telling
from bus.analysis.why.waiting import holds_thread, queue_reason, running_inside, waiting_reasons, worker_reason
from bus.trace.trace import Trace
from bus.wording import duration, several
from buslens.records import Flag

MOST = 500
"""Rows that are told, the oldest first."""

MOST_DEEP = 20
"""How far it is followed who waits for whom."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A call or a dispatch that has not ended."""

    kind: str
    """"dispatch" where handlers have not begun, "call" where it runs."""

    id: int
    name: str
    """The event, or the handler."""

    since_ns: int
    waits_for: tuple[Reason, ...]
    """The chain of what it waits for, the nearest first; of what cannot be told the last one says so."""

    waiting: tuple[str, int] | None
    """Who waits for it: kind and id; None where nobody is known to."""


def pending(trace: Trace, most: int = MOST) -> tuple[list[Pending], int]:
    """The oldest ones, and how many there are in all."""
    telling = Telling(trace)
    calls, dispatches = trace.calls, trace.dispatches
    running = telling.running
    unbegun = np.flatnonzero(dispatches.waiting > 0)
    since = np.concatenate([calls.started_ns[running], dispatches.emitted_ns[unbegun]])
    order = np.argsort(since, kind="stable")[:most].tolist()
    rows = [
        ("call", int(running[at])) if at < len(running) else ("dispatch", int(unbegun[at - len(running)]))
        for at in order
    ]
    return [pending_of(telling, kind, row) for kind, row in rows], len(since)


def pending_of(telling: Telling, kind: str, row: int) -> Pending:
    """One call or dispatch by its row."""
    trace = telling.trace
    if kind == "call":
        dispatch = telling.dispatch_of(row)
        above = telling.cause_of(dispatch) if dispatch >= 0 else -1
        ident, name, since = int(trace.calls.id[row]), telling.handler(row), int(trace.calls.started_ns[row])
        chain = call_waits_for(telling, row)
    else:
        above = telling.cause_of(row)
        ident, name, since = int(trace.dispatches.id[row]), telling.event(row), int(trace.dispatches.emitted_ns[row])
        chain = list(waiting_reasons(telling, row))
    waits = above >= 0 and int(trace.calls.ended_ns[above]) < 0
    return Pending(kind, ident, name, since, tuple(chain), ("call", int(trace.calls.id[above])) if waits else None)


def call_waits_for(telling: Telling, call: int) -> list[Reason]:
    """What a running call waits for, and what that waits for, to the end of what is known."""
    found: list[Reason] = []
    seen: set[int] = set()
    first = call
    while call >= 0 and call not in seen and len(seen) < MOST_DEEP:
        seen.add(call)
        if telling.held_workers.holders(call):
            call = _to_holder(telling, call, found)
            continue
        inside = running_inside(telling, call)
        if not inside:
            found += _last_link(telling, call)
            break
        call = _into(telling, call, inside, found)
    if telling.held_workers.in_circle(first):
        found.append(telling.of_call(first, "So they wait for each other in a circle: none of them can go on."))
    return list(dict.fromkeys(found))


def _to_holder(telling: Telling, call: int, found: list[Reason]) -> int:
    """Tell which worker, place or turn a call waits for, and who has it; that call."""
    found.append(queue_reason(telling, call))
    holders = telling.held_workers.holders(call)
    others = f", and {several(len(holders) - 1, 'other call')}" if len(holders) > 1 else ""
    text = f"{telling.call(holders[0])}{others} {'have' if others else 'has'} what it waits for."
    found.append(telling.of_call(holders[0], text))
    return holders[0]


def _into(telling: Telling, call: int, inside: list[tuple[int, int]], found: list[Reason]) -> int:
    """Tell what it has emitted and what has not ended; the call to go on with, -1 for none."""
    calls = telling.trace.calls
    # A plain function goes on only when its emit has returned: what runs inside it on its thread it waits for.
    held = next((inner for _, inner in inside if inner >= 0 and _is_inside(telling, call, inner)), -1)
    for dispatch, inner in inside:
        if inner < 0:
            if held < 0:
                found += list(waiting_reasons(telling, dispatch))
        elif inner == held:
            emit = telling.dispatch(dispatch)
            text = f"{telling.call(call)} waits inside its emit of {emit}, for {telling.call(inner)}."
            found.append(telling.of_call(inner, text))
        elif held < 0:
            text = f"Of what {telling.call(call)} has emitted, {telling.call(inner)} has not ended."
            found.append(telling.of_call(inner, text, Sure.INFERRED))
    if held >= 0:
        return held
    return next((inner for _, inner in inside if inner >= 0 and int(calls.ended_ns[inner]) < 0), -1)


def _is_inside(telling: Telling, outer: int, inner: int) -> bool:
    calls = telling.trace.calls
    plain = Flag.ASYNC | Flag.UNTIMED
    same = int(calls.lane[outer]) == int(calls.lane[inner]) != 0
    return same and not int(calls.flags[outer]) & plain and not int(calls.flags[inner]) & plain


def _last_link(telling: Telling, call: int) -> list[Reason]:
    """A running call all of whose emits have ended: its worker, its thread, or what cannot be told."""
    trace = telling.trace
    work = worker_reason(telling, call)
    if work is not None:
        return [work]
    calls = trace.calls
    lane = int(calls.lane[call])
    holder = holds_thread(telling, lane, call) if int(calls.flags[call]) & Flag.ASYNC else -1
    if holder >= 0:
        since = duration(trace.span_ns[1] - int(calls.started_ns[holder]))
        text = (
            f"{telling.call(holder)} has held its thread, {telling.text(lane)}, for {since}: nothing else moves there."
        )
        return [telling.of_call(holder, text)]
    place = waits_at(trace, call)
    if place:
        return [telling.of_call(call, f"{telling.call(call)} was last seen to wait at {place}.")]
    stood = stood_at(trace, call)
    if stood is not None:
        text = f"{telling.call(call)} was last seen at {stood.text}, for {duration(stood.for_ns)}."
        return [telling.of_call(call, text)]
    if trace.marks.stands_still:
        text = f"{telling.call(call)} waits for what never comes: nothing of its run can happen any more."
        return [telling.of_call(call, text)]
    what, since_ns = _last_sign(telling, call)
    quiet = duration(trace.span_ns[1] - since_ns)
    is_async = bool(int(calls.flags[call]) & Flag.ASYNC)
    rest = "what it awaits" if is_async else "whether it computes or waits"
    return [
        telling.of_call(
            call,
            f"{telling.call(call)} is not known to wait for anything on the bus: its last sign is {what}, {quiet} "
            f"before the end; {rest} is not recorded.",
            Sure.UNKNOWN,
        )
    ]


def _last_sign(telling: Telling, call: int) -> tuple[str, int]:
    """The last that is known of a call, and when that was."""
    trace = telling.trace
    signs = [("its beginning", int(trace.calls.started_ns[call]))]
    emitted = telling.emitted_in(call)
    if len(emitted):
        signs.append((f"its emit of {telling.event(int(emitted[-1]))}", int(trace.dispatches.emitted_ns[emitted[-1]])))
    logged = np.flatnonzero(trace.marks.call == trace.calls.id[call])
    if len(logged):
        line = trace.marks.text(int(logged[-1])).strip()[:80]
        signs.append((f"what it logged, {line!r}", int(trace.marks.time_ns[logged[-1]])))
    return max(signs, key=lambda sign: sign[1])
