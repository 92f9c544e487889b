"""The rows that a table shows, in its order, with every column that SQL knows of them: CSV, JSON lines or Parquet.

What a person has filtered and sorted, for a spreadsheet or a script; the other formats write whole captures.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from bus.capture.whole_file import replacing
from bus.errors import Place, UserError
from bus.export.csv import safe
from bus.export.exporter import write_text
from bus.sql.query import connected
from bus.trace.trace import Progress, Trace

_AT_ONCE = 5_000

Rows = Iterator[list[tuple[Any, ...]]]


def write(
    trace: Trace, path: Path, table: str, ids: npt.NDArray[np.uint64], *, progress: Progress | None = None
) -> None:
    """Write these dispatches or calls; the file's ending says as what. Raises UserError.

    table: "dispatches" or "calls". ids: of its rows, in the order wanted.
    """
    if path.suffix not in FORMATS:
        raise UserError(f"rows cannot be written as {path.suffix or path.name}", hint=f"use {', '.join(FORMATS)}")
    connection = connected(trace, may_write=True)
    try:
        connection.register("_wanted", {"id": ids, "place": np.arange(len(ids))})
        chosen = f"SELECT t.* FROM {table} t JOIN _wanted w ON w.id = t.id ORDER BY w.place"  # noqa: S608  two names
        FORMATS[path.suffix](connection, chosen, path, len(ids), progress)
    except duckdb.Error as error:
        raise UserError(f"cannot be written: {str(error).splitlines()[0]}", at=Place(str(path))) from None
    finally:
        connection.close()


def _csv(db: duckdb.DuckDBPyConnection, chosen: str, path: Path, total: int, progress: Progress | None) -> None:
    titles, rows = _read(db, chosen, total, progress)
    write_text(path, (_csv_part(part) for part in _with(titles, rows)))


def _jsonl(db: duckdb.DuckDBPyConnection, chosen: str, path: Path, total: int, progress: Progress | None) -> None:
    titles, rows = _read(db, chosen, total, progress)
    write_text(
        path,
        (json.dumps(dict(zip(titles, row, strict=True)), ensure_ascii=False) + "\n" for part in rows for row in part),
    )


def _parquet(db: duckdb.DuckDBPyConnection, chosen: str, path: Path, total: int, progress: Progress | None) -> None:
    if progress is not None:
        progress(0.0)
    with replacing(path) as file:
        place = str(file.name).replace("'", "''")
        db.execute(f"COPY ({chosen}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)")


FORMATS: dict[str, Callable[[duckdb.DuckDBPyConnection, str, Path, int, Progress | None], None]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}
"""By the file's ending."""


def _read(db: duckdb.DuckDBPyConnection, chosen: str, total: int, progress: Progress | None) -> tuple[list[str], Rows]:
    found = db.execute(chosen)
    return [str(column[0]) for column in found.description or ()], _parts(found, total, progress)


def _parts(found: duckdb.DuckDBPyConnection, total: int, progress: Progress | None) -> Rows:
    done = 0
    while part := found.fetchmany(_AT_ONCE):
        yield part
        done += len(part)
        if progress is not None:
            progress(done / max(total, 1))


def _with(titles: list[str], rows: Rows) -> Rows:
    yield [tuple(titles)]
    yield from rows


def _csv_part(part: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in part)
    return text.getvalue()
