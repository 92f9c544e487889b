"""What waits for what: a call for what it has emitted or for its workers, a handler for a thread or its broker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bus.analysis.delivery_history import HistoryStep, anatomy_of
from bus.analysis.not_called import waiting_handlers
from bus.analysis.why.answer import Reason, Sure
from bus.analysis.why.telling import Telling
from bus.trace import joining
from bus.trace.work_names import TURN
from bus.wording import duration, several
from buslens.records import Flag, Kind, Outcome

MOST_EMITTED = 1_000
"""Emits of one call that are looked at for what has not ended; the last ones."""

MOST_NAMED = 8

WORK = {
    Kind.WORK_SENT: "was handed to the workers {}, and none has taken it",
    Kind.WORK_RECEIVED: "lies with the worker {}, which has not begun",
    Kind.WORK_STARTED: "runs at the worker {}",
    Kind.WORK_RETRIED: "was handed to the workers {} again",
}
AT_BROKER = {
    Kind.SENT: "was sent to a broker that was not asked to confirm it",
    Kind.CONFIRMED: "is confirmed by the broker, and was not delivered",
    Kind.ENQUEUED: "lies in the queue {}, and was not delivered",
    Kind.DELIVERED: "was delivered to {}, which is busy with others or has not begun",
    Kind.REJECTED: "was given back to the broker after a failure, and was not delivered again",
    Kind.REDELIVERED: "was delivered again to {}, which has not begun",
    Kind.DEAD_LETTERED: "was given up: it is a dead letter of {}",
    Kind.DISCARDED: "was not kept by the broker",
}


def running_inside(telling: Telling, call: int) -> list[tuple[int, int]]:
    """What a call has emitted and what has not ended: rows of the dispatch and of its running call, -1 for none yet."""
    trace = telling.trace
    rows = telling.emitted_in(call)[-MOST_EMITTED:]
    found = []
    for dispatch in rows[trace.dispatches.outcome[rows] == Outcome.RUNNING][:MOST_NAMED].tolist():
        calls = telling.calls_of(dispatch)
        running = calls[trace.calls.ended_ns[calls] < 0]
        found.append((int(dispatch), int(running[0]) if len(running) else -1))
    return found


def holds_thread(telling: Telling, lane: int, but: int = -1) -> int:
    """Row of the plain call that holds a thread now, the innermost; -1 for none. but: a call that does not count."""
    calls = telling.trace.calls
    if not lane:
        return -1
    rows = telling.running
    rows = rows[(calls.lane[rows] == lane) & (calls.flags[rows] & (Flag.ASYNC | Flag.UNTIMED) == 0) & (rows != but)]
    return int(rows[np.argmax(calls.started_ns[rows])]) if len(rows) else -1


def waiting_reasons(telling: Telling, dispatch: int) -> Iterator[Reason]:
    """Why handlers of a dispatch have not begun: a thread that is held, or what a broker says."""
    trace = telling.trace
    names = [telling.text(each) for each in waiting_handlers(trace, dispatch)]
    waiting = trace.dispatches.waiting_of(dispatch)
    if waiting:
        who = ", ".join(names[:MOST_NAMED]) or several(waiting, "handler")
        text = f"{telling.dispatch(dispatch)} waits for {who}, which {'has' if waiting == 1 else 'have'} not begun."
        yield telling.of_dispatch(dispatch, text)
    told = broker_reasons(telling, dispatch)
    yield from told
    if waiting and not told:
        holder = holds_thread(telling, int(trace.dispatches.lane[dispatch]))
        if holder >= 0:
            since = duration(trace.span_ns[1] - int(trace.calls.started_ns[holder]))
            lane = telling.text(int(trace.dispatches.lane[dispatch]))
            yield telling.of_call(holder, f"{telling.call(holder)} has held {lane}, where it was emitted, for {since}.")
        else:
            yield telling.of_dispatch(dispatch, "What they wait for is not recorded.", Sure.UNKNOWN)


def broker_reasons(telling: Telling, dispatch: int, handler: int = 0) -> list[Reason]:
    """The last that a broker said of a dispatch, for each queue; nothing where none carried it. handler: only of it."""
    trace = telling.trace
    if not trace.dispatches.columns.view("seen")[dispatch] & joining.DURABLE:
        return []
    last: dict[str, HistoryStep] = {}
    ident = int(trace.dispatches.id[dispatch])
    for step in anatomy_of(trace, ident, telling.told_of_dispatch.rows(ident)).steps:
        if step.kind in AT_BROKER or step.kind is Kind.ACKNOWLEDGED:
            last[step.queue] = step
    texts = {trace.names.text(each) for each in telling.same_handlers(handler)} if handler else set()
    if texts & set(last):
        last = {queue: step for queue, step in last.items() if queue in texts}
    return [
        Reason(
            f"{telling.dispatch(dispatch)} {AT_BROKER[step.kind].format(queue or 'its consumer')}{_note(step)}.",
            kind="dispatch", id=ident, time_ns=step.time_ns,
        )
        for queue, step in last.items()
        if step.kind in AT_BROKER
    ]  # fmt: skip


def worker_reason(telling: Telling, call: int) -> Reason | None:
    """Where the work of a running call is that was handed to workers; None where it was not."""
    trace = telling.trace
    told = trace.deliveries
    for row in telling.told_of_call.rows(int(trace.calls.id[call]))[::-1].tolist():
        kind = Kind(int(told.view("kind")[row]))
        if kind in WORK:
            who = trace.blobs.note(int(told.view("note")[row]))[:100] or trace.names.text(int(told.view("queue")[row]))
            time = int(told.view("time_ns")[row])
            text = f"{telling.call(call)} {WORK[kind].format(who)}, since {duration(trace.span_ns[1] - time)}."
            return Reason(text, kind="call", id=int(trace.calls.id[call]), time_ns=time)
    return None


def queue_reason(telling: Telling, call: int) -> Reason:
    """Which place, worker or turn a call waits for that is known to wait for one."""
    trace, held = telling.trace, telling.held_workers
    door, queue = held.at_door(call), telling.text(held.queue_of(call))
    if door >= 0:
        dispatch = telling.dispatch_of(door)
        text = f"waits in its emit of {telling.dispatch(dispatch)}: the queue of {queue} is full"
    elif queue == TURN:
        text = "waits for its turn, until other calls of its handler have ended"
    else:
        text = f"waits for a worker of {queue}"
    told = telling.told_of_call.rows(int(trace.calls.id[call if door < 0 else door]))
    since = int(trace.deliveries.view("time_ns")[told[-1]])
    return telling.of_call(call, f"{telling.call(call)} {text}, since {duration(trace.span_ns[1] - since)}.")


def _note(step: HistoryStep) -> str:
    return f" ({step.note[:200]})" if step.note else ""
