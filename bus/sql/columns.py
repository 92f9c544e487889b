"""The columns of a trace as DuckDB gets them: arrays without a copy, and functions that decode texts when asked.

What costs time on a large trace is counted only where a query may ask for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.sql.tables import OUTCOMES, STEPS
from bus.trace import fates, pairs
from bus.trace.trace import Trace
from buslens.records import BlobKind, Flag, NameKind

Array = npt.NDArray[Any]
Table = dict[str, Any]

MANY = 500_000
"""Rows from which a column that costs time is made only for a query that names it."""

_DISPATCHES = (
    "id", "event", "parent_call", "lane", "emitted_ns", "handlers", "payload", "ended_ns", "open", "failed", "outcome",
    "root", "cause_unknown",
)  # fmt: skip
_CALLS = (
    "id", "dispatch", "handler", "lane", "emitted_ns", "started_ns", "ended_ns", "outcome", "attempt", "error",
)  # fmt: skip


def tables(trace: Trace, query: str = "", *, many: int = MANY) -> dict[str, Table]:
    """By name. query: the text that will be asked; empty: any may be. many: see MANY."""
    small = max(len(trace.dispatches), len(trace.calls), len(trace.deliveries)) <= many

    def is_asked(*words: str) -> bool:
        return small or not query or any(re.search(rf"\b{word}\b", query, re.IGNORECASE) for word in words)

    made: dict[str, tuple[Callable[[Trace], Table], bool]] = {
        "_pairs": (_pairs, is_asked("pairs")),
        "_skipped": (_skipped, is_asked("skipped")),
        "_subscriptions": (_subscriptions, is_asked("subscriptions")),
        "_deliveries": (_deliveries, is_asked("deliveries")),
        "_marks": (_marks, is_asked("marks")),
    }
    return {
        "_dispatches": _dispatches(trace),
        "_calls": _calls(trace),
        "_names": _names(trace),
        "_outcomes": _words(OUTCOMES),
        "_steps": _words(STEPS),
        **{name: make(trace if asked else Trace()) for name, (make, asked) in made.items()},
    }


def functions(trace: Trace) -> dict[str, Callable[[int], str | None]]:
    """What DuckDB may call with the id of a text, on any of its threads."""
    blobs = trace.blobs

    def payload(ident: int) -> str | None:
        found = blobs.find(ident)
        if found is None:
            return None
        text = found[1].decode("utf-8", "replace")
        return text if found[0] == BlobKind.PAYLOAD_JSON else json.dumps(text)

    def error(ident: int) -> str | None:
        found = blobs.error(ident)
        if found is None:
            return None
        return json.dumps({"type": found.type, "message": found.message, "traceback": found.traceback})

    return {"_payload": payload, "_error": error, "_note": blobs.note}


def _dispatches(trace: Trace) -> Table:
    found = trace.fates.of(trace)
    told = np.zeros(len(trace.dispatches), np.uint64)
    rows, deliveries = fates.told_rows(trace)
    told[rows] = trace.deliveries.view("note")[deliveries]
    skipped = np.zeros(len(trace.dispatches), np.uint32)
    owners, _, many = fates.skips(trace)
    np.add.at(skipped, owners, many.astype(np.uint32))
    columns = {name: getattr(trace.dispatches, name) for name in _DISPATCHES}
    return {**columns, "fate": found.fate, "why": found.why, "told": told, "skipped": skipped}


def _calls(trace: Trace) -> Table:
    columns = {name: getattr(trace.calls, name) for name in _CALLS}
    return {**columns, "event": _events(trace, trace.calls.dispatch)}


def _events(trace: Trace, dispatches: Array) -> Array:
    """Name id of the event of each of these dispatches, 0 where that is unknown."""
    rows = trace.dispatches.rows_of(dispatches)
    if not len(trace.dispatches):
        return np.zeros(len(rows), np.uint32)
    return np.asarray(np.where(rows >= 0, trace.dispatches.event[rows], 0))


def _names(trace: Trace) -> Table:
    names = [(ident, kind, trace.names[ident]) for kind in NameKind for ident in trace.names.ids(kind)]
    buses = [trace.names.bus(ident) for ident, _, _ in names]
    return {
        "id": np.array([ident for ident, _, _ in names], np.uint32),
        "kind": _texts(kind.name.lower() for _, kind, _ in names),
        "text": _texts(name.text for _, _, name in names),
        "file": _texts(name.file for _, _, name in names),
        "line": np.array([name.line for _, _, name in names], np.int32),
        "bus": _texts(trace.names.text(bus) if bus else None for bus in buses),
        "class": _texts(name.class_name for _, _, name in names),
        "made": _texts(name.made for _, _, name in names),
    }


def _pairs(trace: Trace) -> Table:
    found = pairs.of(trace)
    dispatches = trace.dispatches
    return {
        "dispatch": dispatches.id[found.dispatch],
        "event": dispatches.event[found.dispatch],
        "handler": found.consumer,
        "fate": found.fate,
        "calls": found.calls,
        "handled": found.handled,
        "out_of_order": found.out_of_order,
    }


def _skipped(trace: Trace) -> Table:
    skipped = trace.skipped
    columns = {name: skipped.view(name) for name in ("time_ns", "dispatch", "handler", "because_call", "count", "note")}
    return {**columns, "event": _events(trace, columns["dispatch"])}


def _subscriptions(trace: Trace) -> Table:
    """Each from when it was added until it was removed; -1 where it still held when the capture ended."""
    told = trace.subscriptions
    times, added = told.view("time_ns").tolist(), told.view("added").tolist()
    keys = list(zip(told.view("handler").tolist(), told.view("event").tolist(), strict=True))
    once = (told.view("flags") & Flag.ONCE > 0).tolist()
    begun: list[int] = []
    until: list[int] = []
    notes, end_notes = told.view("note").tolist(), list[int]()
    held: dict[tuple[int, int], list[int]] = {}
    for row, key in enumerate(keys):
        if added[row]:
            held.setdefault(key, []).append(len(begun))
            begun.append(row)
            until.append(-1)
            end_notes.append(0)
        elif held.get(key):
            ended = held[key].pop(0)
            until[ended], end_notes[ended] = times[row], notes[row]
    return {
        "handler": np.array([keys[row][0] for row in begun], np.uint32),
        "event": np.array([keys[row][1] for row in begun], np.uint64),
        "once": np.array([once[row] for row in begun], bool),
        "from_ns": np.array([times[row] for row in begun], np.int64),
        "until_ns": np.array(until, np.int64),
        "note": np.array([notes[row] for row in begun], np.uint64),
        "end_note": np.array(end_notes, np.uint64),
    }


def _deliveries(trace: Trace) -> Table:
    told = trace.deliveries
    columns = {name: told.view(name) for name in ("time_ns", "kind", "dispatch", "call", "queue", "attempt", "note")}
    return {**columns, "event": _events(trace, columns["dispatch"])}


def _marks(trace: Trace) -> Table:
    marks, notes = trace.marks, trace.notes.all
    lines, pairs = range(len(marks)), zip(marks.fault, marks.decided, strict=True)
    about = {kind: [note.about if note.kind == kind else 0 for note in notes] for kind in ("call", "dispatch")}
    return {
        "kind": _texts(
            [
                *("fault" if fault else "decision" if decided else "line" for fault, decided in pairs),
                *("note" if note.text else "band" for note in notes),
            ]
        ),
        "time_ns": np.concatenate([marks.time_ns, np.array([note.time_ns for note in notes], np.int64)]),
        "end_ns": np.concatenate([marks.time_ns, np.array([note.end_ns for note in notes], np.int64)]),
        "call": np.concatenate([marks.call.astype(np.uint64), np.array(about["call"], np.uint64)]),
        "dispatch": np.array([*(0 for _ in lines), *about["dispatch"]], np.uint64),
        "text": _texts([*(None for _ in lines), *(note.text for note in notes)]),
        "blob": np.concatenate([marks.blob.astype(np.uint64), np.zeros(len(notes), np.uint64)]),
    }


def _words(words: dict[Any, str]) -> Table:
    return {"id": np.array(list(words), np.uint8), "text": _texts(words.values())}


def _texts(texts: Any) -> Array:
    return np.array(list(texts), object)
