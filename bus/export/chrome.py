"""Chrome trace JSON, for Perfetto, chrome://tracing and speedscope.

An emit or a synchronous call is an `X` slice on its thread, whatever may overlap is a `b`/`e` pair of its own; arrows
lead from each emit to the calls that it caused. docs/exports.md says what becomes what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bus.export import chrome_layout
from bus.export.chrome_layout import EventLayout, EventShape
from bus.export.exporter import Selection, counted, write_text
from bus.export.words import bus_of, outcome, skipped_names, title, visible
from bus.trace.fates import FATES
from bus.trace.trace import Progress, Trace
from buslens.records import Outcome

MOST_LETTERS = 4_000
"""Of a payload or traceback in the arguments of a slice."""


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write all slices in order of time."""
    write_text(path, lines(trace, progress))


def lines(trace: Trace, progress: Progress | None = None) -> Iterator[str]:
    """The JSON file in parts, to be written one after another."""
    layout = chrome_layout.arranged(trace)
    events = _Events(trace, layout)
    about = {**title(trace), "base_ns": layout.base_ns, "records_dropped": trace.dropped, "damage": trace.damage}
    yield '{"displayTimeUnit":"ns","otherData":' + _json(about) + ',"traceEvents":[\n'
    yield ",\n".join(events.names())
    order = layout.order.tolist()
    for item in counted(order, 0, len(order), progress):
        kind, row = layout.split(item)
        if kind == "dispatch":
            parts = events.dispatch(row)
        elif kind == "call":
            parts = events.call(row)
        else:
            parts = iter([events.end(row)])
        for part in parts:
            yield ",\n" + part
    for time_ns, depth in layout.queue:
        about = {"name": "waiting calls", "ph": "C", "pid": events.pid, "tid": 1, "args": {"calls": depth}}
        yield ",\n" + _event(time_ns - layout.base_ns, about)
    yield "\n]}\n"


class _Events:
    """Turns records into trace events of Chrome's format."""

    def __init__(self, trace: Trace, layout: EventLayout) -> None:
        self.trace = trace
        self.layout = layout
        self.fate = trace.fates.of(trace).fate
        self.skipped = skipped_names(trace)
        pid = trace.header.pid if trace.header else 1
        self.pid = pid if 0 < pid < 1 << 31 else 1
        self.tids = {lane: tid for tid, lane in enumerate(layout.lanes, 1)}

    def names(self) -> Iterator[str]:
        """What processes and threads are called."""
        process = visible(self.trace.header.process) if self.trace.header else ""
        yield _metadata(self.pid, 1, "process_name", {"name": process or "bus"})
        for lane, tid in self.tids.items():
            name = visible(self.trace.names.text(lane)) or "bus"
            yield _metadata(self.pid, tid, "thread_name", {"name": name})
            yield _metadata(self.pid, tid, "thread_sort_index", {"sort_index": tid})

    def dispatch(self, row: int) -> Iterator[str]:
        """The emit, where arrows to its calls begin; and a sign where it was lost."""
        dispatches, layout = self.trace.dispatches, self.layout
        ident, emitted = int(dispatches.id[row]), int(dispatches.emitted_ns[row]) - layout.base_ns
        event = visible(self.trace.names.text(int(dispatches.event[row])))
        shape = EventShape(int(layout.emits[row]))
        fields = self._thread(int(dispatches.lane[row])) | {"name": f"emit {event}", "cat": "emit"}
        if layout.called[row]:
            fields |= {"bind_id": hex(ident), "flow_out": True}
        fields["args"] = self._dispatch_arguments(row)
        if shape == EventShape.THREAD:
            yield _event(emitted, fields | {"ph": "X"}, int(layout.emit_ends[row]) - layout.base_ns - emitted)
        elif shape == EventShape.INSIDE:
            parent = int(dispatches.parent_call[row])
            yield _event(emitted, fields | {"ph": "n", "cat": "call", "id": hex(parent)})
        else:
            yield _event(emitted, fields | {"ph": "b", "id": hex(ident)})
            yield _event(
                emitted, self._thread(0) | {"ph": "e", "name": fields["name"], "cat": "emit", "id": hex(ident)}
            )
        if int(dispatches.outcome[row]) == Outcome.LOST:
            lost = {"ph": "i", "s": "p", "name": f"lost {event}", "cat": "lost", "args": {"dispatch": ident}}
            yield _event(emitted, self._thread(int(dispatches.lane[row])) | lost)

    def call(self, row: int) -> Iterator[str]:
        """The call, or its beginning."""
        calls, layout = self.trace.calls, self.layout
        ident, started = int(calls.id[row]), int(calls.started_ns[row]) - layout.base_ns
        lane, cause = int(calls.lane[row]), int(layout.causes[row])
        fields = self._thread(lane) | {"name": self._handler(row), "cat": "call", "args": self._call_arguments(row)}
        if cause >= 0:
            fields |= {"bind_id": hex(int(calls.dispatch[row])), "flow_in": True}
        if layout.calls[row] == EventShape.THREAD:
            yield _event(started, fields | {"ph": "X"}, int(calls.ended_ns[row]) - layout.base_ns - started)
        else:
            yield _event(started, fields | {"ph": "b", "id": hex(ident)})

    def end(self, row: int) -> str:
        """The end of a call that is not a slice of a thread."""
        calls = self.trace.calls
        fields = {"ph": "e", "name": self._handler(row), "cat": "call", "id": hex(int(calls.id[row]))}
        return _event(int(calls.ended_ns[row]) - self.layout.base_ns, self._thread(int(calls.lane[row])) | fields)

    def _thread(self, lane: int) -> dict[str, Any]:
        return {"pid": self.pid, "tid": self.tids.get(lane, 1)}

    def _handler(self, row: int) -> str:
        return visible(self.trace.names.text(int(self.trace.calls.handler[row]))) or "?"

    def _dispatch_arguments(self, row: int) -> dict[str, Any]:
        dispatches, payload = self.trace.dispatches, self.trace.payload(row)
        arguments: dict[str, Any] = {
            "dispatch": int(dispatches.id[row]),
            "outcome": outcome(int(dispatches.outcome[row])),
            "fate": FATES[int(self.fate[row])],
            "handlers": int(dispatches.handlers[row]),
            "flow": int(dispatches.root[row]),
        }
        if bus := bus_of(self.trace, row):
            arguments["bus"] = visible(bus)
        if names := self.skipped.get(row):
            arguments["skipped"] = visible(names)
        if dispatches.parent_call[row]:
            arguments["parent_call"] = int(dispatches.parent_call[row])
        elif dispatches.cause_unknown[row]:
            arguments["parent_call"] = "unknown"
        if payload.text:
            arguments["payload"] = visible(payload.text[:MOST_LETTERS])
        return arguments

    def _call_arguments(self, row: int) -> dict[str, Any]:
        calls, trace = self.trace.calls, self.trace
        arguments: dict[str, Any] = {
            "call": int(calls.id[row]),
            "dispatch": int(calls.dispatch[row]),
            "outcome": outcome(int(calls.outcome[row])),
            "attempt": int(calls.attempt[row]),
            "queue_delay_ns": int(calls.started_ns[row]) - int(calls.emitted_ns[row]),
        }
        file, line = trace.names.place(int(calls.handler[row]))
        if file:
            arguments["source"] = visible(f"{file}:{line}")
        error = trace.error(row)
        if error is not None:
            arguments["error"] = visible(error.type)
            arguments["message"] = visible(error.message[:MOST_LETTERS])
            arguments["traceback"] = "\n".join(map(visible, error.traceback[-MOST_LETTERS:].splitlines()))
        return arguments


def _metadata(pid: int, tid: int, name: str, arguments: dict[str, Any]) -> str:
    return _json({"ph": "M", "pid": pid, "tid": tid, "name": name, "args": arguments})


def _event(time_ns: int, fields: dict[str, Any], duration_ns: int | None = None) -> str:
    """One event; times in microseconds to the nanosecond, written without the rounding of a float."""
    lasting = "" if duration_ns is None else f'"dur":{_microseconds(duration_ns)},'
    return f'{{"ts":{_microseconds(time_ns)},{lasting}{_json(fields)[1:]}'


def _microseconds(nanoseconds: int) -> str:
    whole, rest = divmod(nanoseconds, 1000)
    return f"{whole}.{rest:03d}" if rest else str(whole)


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
