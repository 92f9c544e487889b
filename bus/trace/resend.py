"""What must be put on the bus to emit once more what a capture holds; and whether that can be said at all."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bus.errors import UserError
from bus.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class RecordedEmit:
    """The event and payload of a recorded dispatch, as they would be written by hand."""

    event: str
    text: str
    """The payload as indented JSON; the recorded text where it is not JSON; empty where there was none."""

    doubt: str = ""
    """Why this may not be what was emitted then, "" where it is just that."""


def recorded(trace: Trace, kind: str, record_id: int) -> RecordedEmit:
    """Event and payload of a "dispatch", or of the dispatch that a "call" was for.

    Raises UserError where the capture lacks them.
    """
    row = _dispatch_row(trace, kind, record_id)
    if row < 0:
        raise UserError("nothing is selected that could be emitted again", hint="select a dispatch or a call")
    event = trace.names.text(int(trace.dispatches.event[row]))
    payload = trace.payload(row)
    if payload.is_json:
        doubt = "the recorded payload was cut: what is missing would not be emitted" if payload.cut else ""
        return RecordedEmit(event, json.dumps(payload.value, indent=2, ensure_ascii=False), doubt)
    if payload.text:
        return RecordedEmit(event, payload.text, "the payload was recorded as text that is not JSON: write it as JSON")
    return RecordedEmit(event, "")


def _dispatch_row(trace: Trace, kind: str, record_id: int) -> int:
    if kind == "call":
        row = trace.calls.row_of(record_id)
        return trace.dispatches.row_of(int(trace.calls.dispatch[row])) if row >= 0 else -1
    return trace.dispatches.row_of(record_id) if kind == "dispatch" else -1
