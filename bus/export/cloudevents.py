"""CloudEvents 1.0, a JSON batch: every dispatch as an event that other tools and brokers take.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bus.export.exporter import Selection, counted, write_text
from bus.export.words import bus_of
from bus.trace.ids import id_text
from bus.trace.trace import Progress, Trace

SPEC_VERSION = "1.0"


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write one array with an event for each dispatch, as they came."""
    write_text(path, parts(trace, progress))


def parts(trace: Trace, progress: Progress | None = None) -> Iterator[str]:
    """The text of the array, event by event."""
    total = len(trace.dispatches)
    yield "["
    for row in counted(range(total), 0, total, progress):
        yield ("," if row else "") + "\n" + json.dumps(event_of(trace, row), separators=(",", ":"))
    yield "\n]\n"


def event_of(trace: Trace, row: int) -> dict[str, Any]:
    """One dispatch. `flow` is an extension: the id of the dispatch that its flow grew from."""
    dispatches, header = trace.dispatches, trace.header
    bus, process = bus_of(trace, row), header.process if header else ""
    event: dict[str, Any] = {
        "specversion": SPEC_VERSION,
        "id": id_text(int(dispatches.id[row])),
        "source": "/".join(quote(part, safe="") for part in (process or "buslens", bus) if part),
        "type": trace.names.text(int(dispatches.event[row])),
        "flow": id_text(int(dispatches.root[row])),
    }
    if header is not None and not header.is_simulated:
        event["time"] = _time(int(dispatches.emitted_ns[row]) - header.mono_ns + header.wall_ns)
    payload = trace.payload(row)
    if payload.is_json:
        event |= {"datacontenttype": "application/json", "data": payload.value}
    elif payload.text:
        event |= {"datacontenttype": "text/plain", "data": payload.text}
    return event


def _time(nanoseconds: int) -> str:
    """RFC 3339 with all nine digits, in UTC. A time that no calendar has is the beginning of the epoch."""
    seconds, rest = divmod(nanoseconds, 10**9)
    try:
        begins = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        begins, rest = datetime.fromtimestamp(0, UTC), 0
    return f"{begins:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
