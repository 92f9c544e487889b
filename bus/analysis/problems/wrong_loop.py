"""Handlers that ran on another thread or loop than what they use belongs to, or without what should have come along.

Where a handler ran says little: many programs share a bus between threads. That it was wrong there is told only where
the library whose object was used says so itself, by what it raised; and of emitters of asyncio, which are of one
thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.causality import ancestors
from bus.analysis.problems.blocking_coroutines import PYEE
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import duration, several
from buslens.records import Flag, NameKind, Outcome

Array = npt.NDArray[Any]

MOST_READ = 400
"""Errors that are read, of all handlers together."""

MOST_OF_ONE = 8
"""Errors of one handler that are read, the first ones."""

MOST_LANES = 3
MOST_ABOVE = 8
"""Steps up from a call that failed, in which it is looked where it began."""

MOST_LETTERS = 500

LOOP, THREAD, NO_LOOP, CONTEXT = "loop", "thread", "no loop", "context"

SAID = (
    (LOOP, re.compile(r"attached to a different loop|is bound to a different event loop|on an event loop other than")),
    (THREAD, re.compile(r"SQLite objects created in a thread can only be used in that same thread")),
    (NO_LOOP, re.compile(r"no running event loop|[Tt]here is no current event loop")),
    (CONTEXT, re.compile(r"[Ww]orking outside of (application|request) context|call this from an async context")),
    (CONTEXT, re.compile(r"<?ContextVar\b.* at 0x")),
)
"""What asyncio, sqlite3, Flask, Django and Python's context variables say of it themselves."""

_RAISED = ("RuntimeError", "ProgrammingError", "Operation", "LookupError")
"""How the types of these errors end."""

_WORDS = {
    LOOP: (
        "ran on another event loop than what it uses",
        "Emit on the loop on which the object was made (call_soon_threadsafe, run_coroutine_threadsafe), or make one "
        "for each loop.",
    ),
    THREAD: (
        "ran on another thread than what it uses",
        "Use the object on the thread that made it, or make one for each thread.",
    ),
    NO_LOOP: (
        "ran where no event loop runs",
        "Emit on the loop's thread (call_soon_threadsafe), or give the bus its loop.",
    ),
    CONTEXT: (
        "ran without the context that it needs",
        "Bring the context along: copy it where the work is handed over (copy_context, app_context), or read from it "
        "before that.",
    ),
}


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """What failed by what it says, handler by handler, what failed most often first; then emits beside their loop."""
    yield from _said(observed)
    yield from _beside_the_loop(observed)


DETECTOR = Detector("wrong-thread-or-loop", "Wrong thread or loop", find)


def _said(observed: Observed) -> Iterator[Finding]:
    trace = observed.trace
    rows = observed.failed_calls
    rows = rows[trace.calls.error[rows] > 0]
    read = 0
    for handler, places in Groups(trace.calls.handler[rows]).largest():
        if read >= MOST_READ:
            return
        mine = rows[places[:MOST_OF_ONE]]
        read += len(mine)
        kinds = np.array([_kind(observed, row) for row in mine.tolist()])
        for kind in _WORDS:
            if (kinds == kind).any():
                yield _finding(observed, handler, kind, mine[kinds == kind])


def _kind(observed: Observed, row: int) -> str:
    error = observed.trace.error(row)
    if error is None or not error.type.rpartition(".")[2].endswith(_RAISED):
        return ""
    message = error.message[:MOST_LETTERS]
    return next((kind for kind, said in SAID if said.search(message)), "")


def _finding(observed: Observed, handler: int, kind: str, rows: Array) -> Finding:
    trace = observed.trace
    who, event = observed.text(handler), observed.event_of_call(int(rows[0]))
    what, advice = _WORDS[kind]
    error = trace.error(int(rows[0]))
    message = error.message.splitlines()[0][:200] if error is not None and error.message.strip() else ""
    well = trace.calls.lane[(trace.calls.handler == handler) & (trace.calls.outcome == Outcome.OK)]
    elsewhere = np.setdiff1d(well, trace.calls.lane[rows])
    beside = f" It ended well on {_lanes(observed, elsewhere)}." if len(elsewhere) else ""
    return Finding(
        DETECTOR.id, Severity.WARNING, f"{who} {what}",
        f"It failed {several(len(rows), 'time')} on {_lanes(observed, trace.calls.lane[rows])}, first with: "
        f"{message}.{beside}{_began(observed, int(rows[0]))}",
        advice, observed.on_calls(rows), (who, event, kind), observed.handler_place(handler),
    )  # fmt: skip


def _began(observed: Observed, row: int) -> str:
    """Which call on another thread led to this one, as a sentence; "" for none."""
    trace = observed.trace
    lane = int(trace.calls.lane[row])
    for kind, above in ancestors(trace, "call", row, MOST_ABOVE):
        if kind == "call" and int(trace.calls.lane[above]) != lane:
            who = observed.text(int(trace.calls.handler[above]))
            return f" What led to it began in {who}, on {_lanes(observed, trace.calls.lane[[above]])}."
    return ""


def _beside_the_loop(observed: Observed) -> Iterator[Finding]:
    """Emits of an asyncio emitter on another thread than its loop's, which nothing tells that there is a task."""
    trace = observed.trace
    calls, dispatches = trace.calls, trace.dispatches
    known = ((ident, name) for ident, name in trace.names.items() if name.kind == NameKind.BUS)
    of_asyncio = [ident for ident, name in known if name.class_name.startswith(PYEE)]
    if not of_asyncio:
        return
    rows = np.flatnonzero(calls.flags & Flag.ASYNC)
    emits = observed.dispatch_of_call[rows]
    rows, emits = rows[emits >= 0], emits[emits >= 0]
    apart = (dispatches.lane[emits] != calls.lane[rows]) & (dispatches.lane[emits] != 0) & (calls.lane[rows] != 0)
    rows, emits = rows[apart], emits[apart]
    rows = rows[np.isin(trace.events.buses(dispatches.event[emits]), of_asyncio)]
    for handler, places in Groups(calls.handler[rows]).largest():
        mine = rows[places]
        emitted = dispatches.lane[observed.dispatch_of_call[mine]]
        who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
        delay = duration(int((calls.started_ns[mine] - calls.emitted_ns[mine]).max()))
        yield Finding(
            DETECTOR.id, Severity.WARNING,
            f"{event} is emitted on {_lanes(observed, emitted)}, beside the loop that runs {who}",
            f"{who} ran on {_lanes(observed, calls.lane[mine])}. No loop of asyncio is told of a task from another "
            f"thread: it comes to it when something else wakes it, here after up to {delay}.",
            "Emit on the loop's thread: loop.call_soon_threadsafe(bus.emit, ...).",
            observed.on_calls(mine, numbers=(("longest wait", delay),)),
            (who, event, "beside"), observed.handler_place(handler),
        )  # fmt: skip


def _lanes(observed: Observed, lanes: Array) -> str:
    """The threads or tasks, as many as can be read."""
    names = [observed.text(each) for each in np.unique(lanes).tolist()]
    more = f" and {len(names) - MOST_LANES} more" if len(names) > MOST_LANES else ""
    return f"{', '.join(names[:MOST_LANES])}{more}"
