"""JSON lines: one object a line, `record` says what it is; for jq, log pipelines and scripts.

Characters that could steer a terminal are written as \\u escapes, so that the file can be printed as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bus.analysis import causality
from bus.export.exporter import Selection, counted, write_text
from bus.export.words import bus_of, outcome, title
from bus.trace.fates import FATES
from bus.trace.trace import Progress, Trace
from buslens.records import NameKind


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write the header, its buses, dispatches, calls, marks, skipped handlers and notes, each as they came."""
    write_text(path, lines(trace, progress))


def lines(trace: Trace, progress: Progress | None = None) -> Iterator[str]:
    """Each line with its end."""
    dispatches, calls, marks = len(trace.dispatches), len(trace.calls), len(trace.marks)
    skipped = len(trace.skipped)
    total = dispatches + calls + marks + skipped
    yield _line({"record": "capture", **title(trace), "records_dropped": trace.dropped, "damage": trace.damage})
    for bus in trace.names.ids(NameKind.BUS):
        yield _line(_bus(trace, bus))
    for row in counted(range(dispatches), 0, total, progress):
        yield _line(_dispatch(trace, row))
    for row in counted(range(calls), dispatches, total, progress):
        yield _line(_call(trace, row))
    for row in counted(range(marks), dispatches + calls, total, progress):
        time_ns, call = int(trace.marks.time_ns[row]), int(trace.marks.call[row])
        kind = "fault" if trace.marks.fault[row] else "decision" if trace.marks.decided[row] else "mark"
        yield _line({"record": kind, "time_ns": time_ns, "call": call or None, "text": trace.marks.text(row)})
    for row in counted(range(skipped), dispatches + calls + marks, total, progress):
        yield _line(_skipped(trace, row))
    for note in trace.notes.all:
        about = {note.kind: note.about} if note.kind else {}
        yield _line({"record": "note", "time_ns": note.time_ns, "end_ns": note.end_ns, **about, "text": note.text})


def _dispatch(trace: Trace, row: int) -> dict[str, Any]:
    dispatches = trace.dispatches
    payload = trace.payload(row)
    fields: dict[str, Any] = {
        "record": "dispatch",
        "id": int(dispatches.id[row]),
        "event": trace.names.text(int(dispatches.event[row])),
        "bus": bus_of(trace, row) or None,
        "emitted_ns": int(dispatches.emitted_ns[row]),
        "ended_ns": int(dispatches.ended_ns[row]),
        "outcome": outcome(int(dispatches.outcome[row])),
        "fate": FATES[int(trace.fates.of(trace).fate[row])],
        "handlers": int(dispatches.handlers[row]),
        "failed": int(dispatches.failed[row]),
        "parent_call": int(dispatches.parent_call[row]) or None,
        "cause": causality.cause_word(trace, row),
        "root": int(dispatches.root[row]),
        "lane": trace.names.text(int(dispatches.lane[row])),
    }
    if payload.is_json:
        fields["payload"] = payload.value
    elif payload.text:
        fields["payload_repr"] = payload.text
    if payload.cut:
        fields["payload_cut"] = True
    return fields


def _call(trace: Trace, row: int) -> dict[str, Any]:
    calls = trace.calls
    handler = int(calls.handler[row])
    file, line = trace.names.place(handler)
    ended = int(calls.ended_ns[row])
    fields: dict[str, Any] = {
        "record": "call",
        "id": int(calls.id[row]),
        "dispatch": int(calls.dispatch[row]),
        "handler": trace.names.text(handler),
        "file": file or None,
        "line": line or None,
        "emitted_ns": int(calls.emitted_ns[row]),
        "started_ns": int(calls.started_ns[row]),
        "ended_ns": ended if ended >= 0 else None,
        "outcome": outcome(int(calls.outcome[row])),
        "attempt": int(calls.attempt[row]),
        "lane": trace.names.text(int(calls.lane[row])),
    }
    error = trace.error(row)
    if error is not None:
        fields["error"] = {"type": error.type, "message": error.message, "traceback": error.traceback}
    return fields


def _skipped(trace: Trace, row: int) -> dict[str, Any]:
    """A handler that was never called for a dispatch; null where an older capture only says how many."""
    fields = {name: int(trace.skipped.view(name)[row]) for name in ("time_ns", "dispatch", "handler", "because_call")}
    file, line = trace.names.place(fields["handler"])
    return {
        "record": "skipped",
        **fields,
        "handler": trace.names.text(fields["handler"]) or None,
        "file": file or None,
        "line": line or None,
        "because_call": fields["because_call"] or None,
        "count": int(trace.skipped.view("count")[row]),
        "note": trace.blobs.note(int(trace.skipped.view("note")[row])) or None,
    }


def _bus(trace: Trace, ident: int) -> dict[str, Any]:
    bus = trace.names[ident]
    place = {"file": bus.file or None, "line": bus.line or None, "made": bus.made or None}
    return {"record": "bus", "bus": bus.text, "class": bus.class_name or None, **place}


def _line(fields: dict[str, Any]) -> str:
    try:
        text = json.dumps(fields)
    except RecursionError:
        text = json.dumps({**fields, "payload": None, "payload_cut": True})
    # DEL is the one control character that JSON leaves as it is.
    return text.replace("\x7f", "\\u007f") + "\n"
