"""The answer of a query as a file: CSV, JSON or Parquet, by its ending; whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bus.capture.whole_file import replacing
from bus.errors import Place, UserError
from bus.export.csv import safe
from bus.export.exporter import write_text
from bus.sql.query import QueryResult
from bus.trace.trace import Progress


def write(result: QueryResult, path: Path, *, progress: Progress | None = None) -> None:
    """Write all rows that the answer holds. Raises UserError."""
    if path.suffix not in FORMATS:
        raise UserError(f"an answer cannot be written as {path.suffix or path.name}", hint=f"use {', '.join(FORMATS)}")
    FORMATS[path.suffix](result, path)


def _csv(result: QueryResult, path: Path) -> None:
    write_text(path, _csv_lines(result))


def _csv_lines(result: QueryResult) -> Iterator[str]:
    for row in (result.columns, *result.rows):
        line = io.StringIO()
        csv.writer(line).writerow(map(csv_cell, row))
        yield line.getvalue()


def csv_cell(value: Any) -> Any:
    """Numbers as they are; texts so that none is a formula and none steers a terminal; lists and structs as JSON."""
    if isinstance(value, dict | list | tuple | bytes):
        value = as_text(value)
    return safe(value) if isinstance(value, str) else value


def as_text(value: Any) -> str:
    """A value in a table: nothing for NULL, lists and structs as JSON."""
    if value is None:
        return ""
    plain = as_json(value)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, dict | list) else str(plain)


def objects(result: QueryResult, *, in_ascii: bool = False) -> Iterator[str]:
    """Each row as a JSON object in one line; columns of the same name are told apart, so that none is lost."""
    names = unique(result.columns)
    for row in result.rows:
        yield json.dumps(dict(zip(names, map(as_json, row), strict=True)), ensure_ascii=in_ascii, allow_nan=False)


def as_json(value: Any) -> Any:
    """A value as JSON can say it: numbers that JSON lacks, times and bytes (hexadecimal) are texts."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        value = float(value) if value == Decimal(repr(float(value))) else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    return str(value)


def _json(result: QueryResult, path: Path) -> None:
    write_text(path, _listed(objects(result)))


def _listed(rows: Iterator[str]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield f",\n{row}" if number else f"\n{row}"
    yield "\n]\n"


def _parquet(result: QueryResult, path: Path) -> None:
    connection = duckdb.connect(":memory:")
    try:
        names = unique(result.columns)
        columns = {name: _column([row[place] for row in result.rows]) for place, name in enumerate(names)}
        connection.register("answer", columns)
        chosen = ", ".join(
            f'"{name}"::{kind} AS "{name}"'.replace("\0", "") for name, kind in zip(names, result.types, strict=True)
        )
        with replacing(path) as file:
            place = str(file.name).replace("'", "''")
            connection.execute(f"COPY (SELECT {chosen} FROM answer) TO '{place}' (FORMAT parquet)")  # noqa: S608  ours
    except duckdb.Error as error:
        raise UserError(f"cannot be written: {str(error).splitlines()[0]}", at=Place(str(path))) from None
    finally:
        connection.close()


def _column(values: list[Any]) -> Any:
    return np.array(values, object) if values else np.empty(0, object)


def unique(names: tuple[str, ...]) -> list[str]:
    """Names of columns, quoted for SQL and each of them once: a query may call two of them the same."""
    found: dict[str, None] = {}
    for name in names:
        plain, number, one = name.replace('"', "'"), 1, name.replace('"', "'")
        while one in found:
            number += 1
            one = f"{plain}_{number}"
        found[one] = None
    return list(found)


FORMATS: dict[str, Callable[[QueryResult, Path], None]] = {".csv": _csv, ".json": _json, ".parquet": _parquet}
"""By the file's ending."""
