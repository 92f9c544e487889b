"""Parquet: one row for each call, and one for each dispatch that has none, in typed columns for pandas, Polars, DuckDB.

Without payloads and error texts: those are in the capture itself, in JSON lines and in CSV.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

from bus.capture.whole_file import replacing
from bus.export.exporter import Selection
from bus.system_errors import cannot_write
from bus.trace.trace import Progress, Trace

if TYPE_CHECKING:
    import duckdb

ROWS = """
    SELECT d.id AS dispatch, d.root, d.event, d.emitted_ns, d.outcome AS dispatch_outcome, d.handlers, d.parent_call,
           d.lane AS emit_lane, c.id AS call, c.handler, c.lane, c.attempt, c.started_ns, c.ended_ns,
           c.queue_delay_ms, c.duration_ms, c.outcome, d.bus, d.fate, d.skipped, c.file, c.line
    FROM dispatches d FULL JOIN calls c ON c.dispatch = d.id
    ORDER BY coalesce(d.emitted_ns, c.emitted_ns), c.started_ns, c.id"""

_LOOK_S = 0.1


def write(
    trace: Trace,
    path: Path,
    selection: Selection | None = None,
    *,
    progress: Progress | None = None,
    rows: str = ROWS,
) -> None:
    """Write all of it. Times are nanoseconds on the capture's clock. rows: the SELECT that makes them."""
    # DuckDB is a tenth of what a start takes, and this the one exporter that needs it.
    import duckdb

    from bus.sql.query import connected

    connection = connected(trace, may_write=True)
    try:
        with replacing(Path(path)) as file:
            place = str(file.name).replace("'", "''")
            _run(connection, f"COPY ({rows}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)", progress)
    except duckdb.Error as error:
        raise cannot_write(path, error) from None
    finally:
        connection.close()


def _run(connection: duckdb.DuckDBPyConnection, statement: str, progress: Progress | None) -> None:
    """DuckDB works on a thread of its own, so that whoever waits may end it."""
    if progress is not None:
        progress(0.0)
    with ThreadPoolExecutor(1, "buslens-parquet") as pool:
        work = pool.submit(connection.execute, statement)
        while not wait([work], _LOOK_S).done:
            try:
                if progress is not None:
                    progress(0.0)
            except BaseException:
                _interrupt(connection, work.done)
                raise
        work.result()


def _interrupt(connection: duckdb.DuckDBPyConnection, is_over: Callable[[], bool]) -> None:
    """Again and again: an interruption that comes before the work begins is forgotten."""
    pause = threading.Event()
    while not is_over():
        connection.interrupt()
        pause.wait(_LOOK_S / 10)
