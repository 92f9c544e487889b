"""What happened in a test, as rows that go to the process of the tests: the emits of an event, with their calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.names import Names
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

Array = npt.NDArray[Any]
Row = dict[str, Any]

MOST_EMITS = 5_000
"""Emits of one answer; how many there are is said all the same."""

MOST_CALLS = 20_000
"""Calls of one answer."""

MOST_OTHERS = 1_000
"""Other events that are named."""

FAILED = (Outcome.FAILED, Outcome.TIMED_OUT)


def emits(trace: Trace, begin_ns: int, event: str) -> Row:
    """What the test emitted of this event, the oldest first; "" for all events. Times: milliseconds since it began."""
    dispatches = trace.dispatches
    mine = np.flatnonzero(dispatches.emitted_ns >= begin_ns)
    counts = Counter(_texts(trace.names, dispatches.event[mine]))
    if event:
        mine = mine[np.isin(dispatches.event[mine], _ids(trace.names, event))]
    mine = mine[np.argsort(dispatches.emitted_ns[mine], kind="stable")]
    shown = mine[:MOST_EMITS]
    calls = _calls(trace, shown, begin_ns)
    skipped = _skipped(trace, shown)
    rows = [
        {
            "event": trace.names.text(int(dispatches.event[row])),
            "bus": trace.names.text(trace.names.bus(int(dispatches.event[row]))),
            "at_ms": _ms(int(dispatches.emitted_ns[row]) - begin_ns),
            "cause": _cause(trace, row),
            "outcome": _word(int(dispatches.outcome[row])),
            "open": int(dispatches.open[row]),
            **_payload(trace, row),
            "calls": calls.get(row, []),
            "skipped": skipped.get(row, []),
        }
        for row in shown.tolist()
    ]
    counts.pop(event, None)
    return {
        "emits": rows,
        "count": len(mine),
        "others": dict(counts.most_common(MOST_OTHERS)),
        "listeners": _listeners(trace, event) if event else [],
    }


def failures(trace: Trace, begin_ns: int) -> list[Row]:
    """Calls that failed or timed out in the test, the oldest first."""
    calls = trace.calls
    rows = np.flatnonzero(np.isin(calls.outcome, FAILED) & (calls.ended_ns >= begin_ns))
    rows = rows[np.argsort(calls.ended_ns[rows], kind="stable")][:MOST_CALLS]
    return [_call(trace, row, begin_ns) for row in rows.tolist()]


def _calls(trace: Trace, dispatches: Array, begin_ns: int) -> dict[int, list[Row]]:
    calls = trace.calls
    of = trace.dispatches.rows_of(calls.dispatch)
    rows = np.flatnonzero(np.isin(of, dispatches) & (of >= 0))
    rows = rows[np.argsort(calls.started_ns[rows], kind="stable")][:MOST_CALLS]
    found: dict[int, list[Row]] = {}
    for row in rows.tolist():
        found.setdefault(int(of[row]), []).append(_call(trace, row, begin_ns))
    return found


def _call(trace: Trace, row: int, begin_ns: int) -> Row:
    calls, handler = trace.calls, int(trace.calls.handler[row])
    file, line = trace.names.place(handler)
    dispatch = trace.dispatches.row_of(int(calls.dispatch[row]))
    error = trace.error(row)
    ended = int(calls.ended_ns[row])
    return {
        "handler": trace.names.text(handler),
        "file": file,
        "line": line,
        "event": trace.names.text(int(trace.dispatches.event[dispatch])) if dispatch >= 0 else "",
        "emitted_ms": _ms(int(calls.emitted_ns[row]) - begin_ns),
        "started_ms": _ms(int(calls.started_ns[row]) - begin_ns),
        "ended_ms": _ms(ended - begin_ns) if ended >= 0 else None,
        "outcome": _word(int(calls.outcome[row])),
        "attempt": int(calls.attempt[row]),
        "error": {"type": error.type, "message": error.message} if error is not None else None,
    }


def _skipped(trace: Trace, dispatches: Array) -> dict[int, list[Row]]:
    """Handlers that were not called for an emit, each with the reason."""
    found: dict[int, list[Row]] = {}
    for table in (trace.skipped, trace.filtered):
        of = trace.dispatches.rows_of(table.view("dispatch"))
        for place in np.flatnonzero(np.isin(of, dispatches) & (of >= 0)).tolist():
            call = trace.calls.index.row(int(table.view("because_call")[place]))
            why = trace.blobs.note(int(table.view("note")[place]))
            if call >= 0:
                why = f"{trace.names.text(int(trace.calls.handler[call]))} raised"
            handler = trace.names.text(int(table.view("handler")[place]))
            found.setdefault(int(of[place]), []).append({"handler": handler, "why": why})
    return found


def _payload(trace: Trace, row: int) -> Row:
    payload = trace.payload(row)
    return {"payload": payload.value, "text": payload.text, "is_json": payload.is_json, "cut": payload.cut}


def _cause(trace: Trace, row: int) -> str:
    """The handler that emitted it; "" where none did, or nobody knows."""
    call = trace.calls.index.row(int(trace.dispatches.parent_call[row]))
    return trace.names.text(int(trace.calls.handler[call])) if call >= 0 else ""


def _listeners(trace: Trace, event: str) -> list[Row]:
    """Who listens to the event now, on any bus."""
    told = trace.subscriptions
    rows = np.flatnonzero(np.isin(told.view("event"), _ids(trace.names, event)))
    rows = rows[np.argsort(told.view("time_ns")[rows], kind="stable")]
    added = dict(zip(told.view("handler")[rows].tolist(), told.view("added")[rows].tolist(), strict=True))
    handlers = [ident for ident, listens in added.items() if listens]
    return [dict(zip(("handler", "file", "line"), _named(trace.names, each), strict=True)) for each in handlers]


def _named(names: Names, handler: int) -> tuple[str, str, int]:
    return names.text(handler), *names.place(handler)


def _ids(names: Names, event: str) -> list[int]:
    return [ident for ident in names.ids(NameKind.EVENT) if names.text(ident) == event]


def _texts(names: Names, idents: Array) -> list[str]:
    return [names.text(ident) for ident in idents.tolist()]


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 6)


def _word(outcome: int) -> str:
    try:
        return Outcome(outcome).name.lower().replace("_", " ")
    except ValueError:
        return f"outcome {outcome}"
