"""CSV: one row for each call, and one for each dispatch that has no call; for spreadsheets.

A text that a spreadsheet would take for a formula gets an apostrophe in front, a number never does; control characters
become escapes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bus.export.exporter import Selection, counted, write_text
from bus.export.words import bus_of, outcome, skipped_names, visible
from bus.trace.fates import FATES
from bus.trace.trace import Progress, Trace

COLUMNS = (
    "dispatch", "root", "event", "emitted_s", "dispatch_outcome", "handlers", "parent_call", "emit_lane", "call",
    "handler", "lane", "attempt", "started_s", "ended_s", "queue_delay_ms", "duration_ms", "outcome", "error",
    "message", "payload", "bus", "fate", "skipped",
)  # fmt: skip

MOST_LETTERS = 32_000
"""Of one cell; spreadsheets refuse more than 32,767."""

_NUMBER = re.compile(r"-[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
"""A negative number of JSON: whoever asks in SQL for payloads and their fields gets texts."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write all calls in the order in which they started, then the dispatches without one."""
    write_text(path, lines(trace, progress))


def write_for_excel(
    trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None
) -> None:
    """Write CSV with a byte order mark: without one Excel takes UTF-8 for the encoding of its country."""
    write_text(path, lines(trace, progress), bom=True)


def lines(trace: Trace, progress: Progress | None = None) -> Iterator[str]:
    """Each line with its end."""
    causes = trace.dispatches.rows_of(trace.calls.dispatch)
    silent = np.ones(len(trace.dispatches), bool)
    silent[causes[causes >= 0]] = False
    uncalled = np.flatnonzero(silent)
    calls, total = len(trace.calls), len(trace.calls) + len(uncalled)
    skipped = skipped_names(trace)
    yield _line(COLUMNS)
    for row in counted(range(calls), 0, total, progress):
        yield _line([*_dispatch(trace, int(causes[row])), *_call(trace, row), *_rest(trace, int(causes[row]), skipped)])
    for row in counted(uncalled.tolist(), calls, total, progress):
        yield _line([*_dispatch(trace, row), *[""] * 11, *_rest(trace, row, skipped)])


def safe(text: str) -> str:
    """A cell that no spreadsheet computes and no terminal obeys."""
    shown = visible(text[:MOST_LETTERS])
    is_formula = text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{shown}" if is_formula else shown


def _dispatch(trace: Trace, row: int) -> list[Any]:
    dispatches = trace.dispatches
    if row < 0:
        return [""] * 8
    return [
        int(dispatches.id[row]),
        int(dispatches.root[row]),
        safe(trace.names.text(int(dispatches.event[row]))),
        _seconds(trace, int(dispatches.emitted_ns[row])),
        outcome(int(dispatches.outcome[row])),
        int(dispatches.handlers[row]),
        int(dispatches.parent_call[row]) or ("unknown" if dispatches.cause_unknown[row] else ""),
        safe(trace.names.text(int(dispatches.lane[row]))),
    ]


def _call(trace: Trace, row: int) -> list[Any]:
    calls = trace.calls
    emitted, started, ended = int(calls.emitted_ns[row]), int(calls.started_ns[row]), int(calls.ended_ns[row])
    error = trace.error(row)
    return [
        int(calls.id[row]),
        safe(trace.names.text(int(calls.handler[row]))),
        safe(trace.names.text(int(calls.lane[row]))),
        int(calls.attempt[row]),
        _seconds(trace, started),
        _seconds(trace, ended) if ended >= 0 else "",
        _decimal(started - emitted, 6),
        _decimal(ended - started, 6) if ended >= 0 else "",
        outcome(int(calls.outcome[row])),
        safe(error.type) if error else "",
        safe(error.message) if error else "",
    ]


def _payload(trace: Trace, row: int) -> str:
    if row < 0:
        return ""
    payload = trace.payload(row)
    is_number = payload.is_json and isinstance(payload.value, int | float) and not payload.cut
    return payload.text if is_number else safe(payload.text)


def _rest(trace: Trace, row: int, skipped: dict[int, str]) -> list[str]:
    """Payload, bus and fate of a dispatch, and the handlers that were never called for it."""
    if row < 0:
        return [""] * 4
    fate = FATES[int(trace.fates.of(trace).fate[row])]
    return [_payload(trace, row), safe(bus_of(trace, row)), fate, safe(skipped.get(row, ""))]


def _seconds(trace: Trace, time_ns: int) -> str:
    return _decimal(time_ns - trace.span_ns[0], 9)


def _decimal(nanoseconds: int, digits: int) -> str:
    """Exact, with a point and without an exponent."""
    whole, rest = divmod(abs(nanoseconds), 10**digits)
    return f"{'-' if nanoseconds < 0 else ''}{whole}.{rest:0{digits}d}"


def _line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
