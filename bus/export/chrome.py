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
    said = {**title(trace), "base_ns": layout.base_ns, "records_dropped": trace.dropped, "damage": trace.damage}
    yield '{"displayTimeUnit":"ns","otherData":' + _json(said) + ',"traceEvents":[\n'
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
        said = {"name": "waiting calls", "ph": "C", "pid": events.pid, "tid": 1, "args": {"calls": depth}}
        yield ",\n" + _event(time_ns - layout.base_ns, said)
    yield "\n]}\n"


class _Events:
    """Writes one record as the events that stand for it."""

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
        said = self._thread(int(dispatches.lane[row])) | {"name": f"emit {event}", "cat": "emit"}
        if layout.called[row]:
            said |= {"bind_id": hex(ident), "flow_out": True}
        said["args"] = self._dispatch_arguments(row)
        if shape == EventShape.THREAD:
            yield _event(emitted, said | {"ph": "X"}, int(layout.emit_ends[row]) - layout.base_ns - emitted)
        elif shape == EventShape.INSIDE:
            parent = int(dispatches.parent_call[row])
            yield _event(emitted, said | {"ph": "n", "cat": "call", "id": hex(parent)})
        else:
            yield _event(emitted, said | {"ph": "b", "id": hex(ident)})
            yield _event(emitted, self._thread(0) | {"ph": "e", "name": said["name"], "cat": "emit", "id": hex(ident)})
        if int(dispatches.outcome[row]) == Outcome.LOST:
            lost = {"ph": "i", "s": "p", "name": f"lost {event}", "cat": "lost", "args": {"dispatch": ident}}
            yield _event(emitted, self._thread(int(dispatches.lane[row])) | lost)

    def call(self, row: int) -> Iterator[str]:
        """The call, or its beginning."""
        calls, layout = self.trace.calls, self.layout
        ident, started = int(calls.id[row]), int(calls.started_ns[row]) - layout.base_ns
        lane, cause = int(calls.lane[row]), int(layout.causes[row])
        said = self._thread(lane) | {"name": self._handler(row), "cat": "call", "args": self._call_arguments(row)}
        if cause >= 0:
            said |= {"bind_id": hex(int(calls.dispatch[row])), "flow_in": True}
        if layout.calls[row] == EventShape.THREAD:
            yield _event(started, said | {"ph": "X"}, int(calls.ended_ns[row]) - layout.base_ns - started)
        else:
            yield _event(started, said | {"ph": "b", "id": hex(ident)})

    def end(self, row: int) -> str:
        """The end of a call that is not a slice of a thread."""
        calls = self.trace.calls
        said = {"ph": "e", "name": self._handler(row), "cat": "call", "id": hex(int(calls.id[row]))}
        return _event(int(calls.ended_ns[row]) - self.layout.base_ns, self._thread(int(calls.lane[row])) | said)

    def _thread(self, lane: int) -> dict[str, Any]:
        return {"pid": self.pid, "tid": self.tids.get(lane, 1)}

    def _handler(self, row: int) -> str:
        return visible(self.trace.names.text(int(self.trace.calls.handler[row]))) or "?"

    def _dispatch_arguments(self, row: int) -> dict[str, Any]:
        dispatches, payload = self.trace.dispatches, self.trace.payload(row)
        said: dict[str, Any] = {
            "dispatch": int(dispatches.id[row]),
            "outcome": outcome(int(dispatches.outcome[row])),
            "fate": FATES[int(self.fate[row])],
            "handlers": int(dispatches.handlers[row]),
            "flow": int(dispatches.root[row]),
        }
        if bus := bus_of(self.trace, row):
            said["bus"] = visible(bus)
        if names := self.skipped.get(row):
            said["skipped"] = visible(names)
        if dispatches.parent_call[row]:
            said["parent_call"] = int(dispatches.parent_call[row])
        elif dispatches.cause_unknown[row]:
            said["parent_call"] = "unknown"
        if payload.text:
            said["payload"] = visible(payload.text[:MOST_LETTERS])
        return said

    def _call_arguments(self, row: int) -> dict[str, Any]:
        calls, trace = self.trace.calls, self.trace
        said: dict[str, Any] = {
            "call": int(calls.id[row]),
            "dispatch": int(calls.dispatch[row]),
            "outcome": outcome(int(calls.outcome[row])),
            "attempt": int(calls.attempt[row]),
            "queue_delay_ns": int(calls.started_ns[row]) - int(calls.emitted_ns[row]),
        }
        file, line = trace.names.place(int(calls.handler[row]))
        if file:
            said["source"] = visible(f"{file}:{line}")
        error = trace.error(row)
        if error is not None:
            said["error"] = visible(error.type)
            said["message"] = visible(error.message[:MOST_LETTERS])
            said["traceback"] = "\n".join(map(visible, error.traceback[-MOST_LETTERS:].splitlines()))
        return said


def _metadata(pid: int, tid: int, name: str, arguments: dict[str, Any]) -> str:
    return _json({"ph": "M", "pid": pid, "tid": tid, "name": name, "args": arguments})


def _event(time_ns: int, said: dict[str, Any], duration_ns: int | None = None) -> str:
    """One event; times in microseconds to the nanosecond, written without the rounding of a float."""
    lasting = "" if duration_ns is None else f'"dur":{_microseconds(duration_ns)},'
    return f'{{"ts":{_microseconds(time_ns)},{lasting}{_json(said)[1:]}'


def _microseconds(nanoseconds: int) -> str:
    whole, rest = divmod(nanoseconds, 1000)
    return f"{whole}.{rest:03d}" if rest else str(whole)


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
