"""Sorting and filtering the tables of ten million calls: what happens beside the Qt thread until the rows are there.

*first* is the first time a column is asked for; *again* in the other direction and back, *filtered* with a filter that
leaves half of the rows. Meanwhile the old rows stay on the screen.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.generate import generate
from bus.capture import capture
from bus.find import rows
from bus.find.ordering import OrderCache
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from ui.panels.tables.columns import TraceColumns
from ui.panels.tables.row_query import FoundRows, RowQuery, Sorting, SortOrder

CALLS = 10_000_000
TARGET_S = 0.3
HALF = "duration>300us"

Row = dict[str, object]


def measure(calls: int = CALLS) -> list[Row]:
    """One row for each column of the tables of dispatches and calls."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.buslens"
        generate(calls, path)
        trace = capture.load(path)
        try:
            return [*sorted_by(trace, "calls"), *sorted_by(trace, "dispatches"), *filtered(trace)]
        finally:
            trace.raw.close()


def sorted_by(trace: Trace, table: str) -> list[Row]:
    """How long each column takes."""
    session = Session(Settings(), trusted=_nobody)
    session.trace = trace
    columns = TraceColumns(session)
    found = []
    for place, column in enumerate(columns.calls() if table == "calls" else columns.dispatches()):
        if column.key is None:
            continue
        orders = OrderCache()
        up, down = (SortOrder(place, column.key, descending) for descending in (False, True))
        first = seconds(trace, RowQuery(table, rows.parse(""), up, orders))
        other = seconds(trace, RowQuery(table, rows.parse(""), down, orders))
        again = seconds(trace, RowQuery(table, rows.parse(""), up, orders))
        half = seconds(trace, RowQuery(table, rows.parse(HALF), up, orders))
        found.append(
            {"table": table, "sorted by": column.title, "first, s": first, "other direction, s": other,
             "again, s": again, "filtered by " + HALF + ", s": half, "target, s": TARGET_S}
        )  # fmt: skip
    return found


def filtered(trace: Trace) -> list[Row]:
    """How long filters take alone."""
    return [
        {
            "table": "calls",
            "filtered by": text,
            "first, s": seconds(trace, RowQuery("calls", rows.parse(text), None, OrderCache())),
        }
        for text in (HALF, "event:order.*", "outcome:failed", "handler:*mail* duration>1ms")
    ]


def seconds(trace: Trace, look: RowQuery) -> float:
    """Until the rows are there."""
    began = time.perf_counter()
    found = look(trace)
    if isinstance(found, Sorting):
        found = found()
    assert isinstance(found, FoundRows)
    return time.perf_counter() - began


def _nobody(_content_hash: str) -> bool:
    return False
