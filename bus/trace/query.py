"""SQL over one trace: its columns as read-only tables of an in-memory DuckDB, which may touch nothing else.

Source of the settings: DuckDB's documentation, "Securing DuckDB".
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import numpy as np

from bus.errors import UserError
from bus.trace.trace import Trace
from buslens.records import NameKind, Outcome

LONGEST_S = 30.0
MOST_ROWS = 100_000
"""Rows of a result; the rest is cut, and the result says so."""

MOST_MEMORY = "2GB"
_INSIST_S, _AGAIN_S = 2.0, 0.02

TABLES: dict[str, str] = {
    "dispatches": """
        SELECT d.id::UBIGINT AS id, e.text AS event, o.text AS outcome, d.emitted_ns, d.ended_ns,
               (d.ended_ns - d.emitted_ns) / 1e6 AS latency_ms, d.handlers::BIGINT AS handlers, d.open,
               d.failed::BIGINT AS failed, NULLIF(d.parent_call, 0)::UBIGINT AS parent_call, d.root::UBIGINT AS root,
               l.text AS lane
        FROM _dispatches d LEFT JOIN _names e ON e.id = d.event LEFT JOIN _names l ON l.id = d.lane
        LEFT JOIN _outcomes o ON o.id = d.outcome""",
    "calls": """
        SELECT c.id::UBIGINT AS id, c.dispatch::UBIGINT AS dispatch, h.text AS handler, o.text AS outcome,
               c.emitted_ns, c.started_ns, NULLIF(c.ended_ns, -1) AS ended_ns,
               (c.started_ns - c.emitted_ns) / 1e6 AS queue_delay_ms,
               CASE WHEN c.ended_ns >= 0 THEN (c.ended_ns - c.started_ns) / 1e6 END AS duration_ms,
               c.attempt::BIGINT AS attempt, l.text AS lane
        FROM _calls c LEFT JOIN _names h ON h.id = c.handler LEFT JOIN _names l ON l.id = c.lane
        LEFT JOIN _outcomes o ON o.id = c.outcome""",
    "names": "SELECT id, kind, text, file, line FROM _names WHERE kind IS NOT NULL",
    "marks": """
        SELECT kind, time_ns, end_ns, NULLIF(call, 0) AS call, NULLIF(dispatch, 0) AS dispatch, text
        FROM _marks""",
}
"""What can be asked for. Times are nanoseconds since the capture's clock began; `_ms` columns are milliseconds.

Marks are the lines that handlers logged (`line`), and a person's notes and kept bands (`note`, `band`).
The columns lie as narrow as they can; they are widened here, so that sums of them do not overflow.
"""

READY: dict[str, str] = {
    "Slowest handlers": "SELECT handler, count(*) AS calls, quantile_cont(duration_ms, 0.5) AS p50_ms,\n"
    "       quantile_cont(duration_ms, 0.99) AS p99_ms, max(duration_ms) AS max_ms\n"
    "FROM calls GROUP BY handler ORDER BY p99_ms DESC NULLS LAST",
    "Failing events": "SELECT d.event, c.handler, count(*) AS failed\n"
    "FROM calls c JOIN dispatches d ON d.id = c.dispatch\n"
    "WHERE c.outcome IN ('failed', 'timed out') GROUP BY ALL ORDER BY failed DESC",
    "Lost events": "SELECT event, count(*) AS lost,\n"
    "       (min(emitted_ns) - (SELECT min(emitted_ns) FROM dispatches)) / 1e9 AS first_s\n"
    "FROM dispatches WHERE outcome = 'lost' GROUP BY event ORDER BY lost DESC",
    "Longest flows": "SELECT root AS id, count(*) AS dispatches, (max(ended_ns) - min(emitted_ns)) / 1e6 AS length_ms\n"
    "FROM dispatches GROUP BY root ORDER BY length_ms DESC LIMIT 100",
    "Busiest second": "SELECT (emitted_ns - (SELECT min(emitted_ns) FROM dispatches)) // 1000000000 AS second,\n"
    "       count(*) AS dispatches\n"
    "FROM dispatches GROUP BY second ORDER BY dispatches DESC, second LIMIT 10",
}
"""Title and text of queries that most people want."""

_OUTCOMES = {outcome: outcome.name.lower().replace("_", " ") for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Result:
    """What a query found."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool
    """Whether there was more than MOST_ROWS."""


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """Of each table, for completion."""
    connection = connected(Trace())
    try:
        return {
            table: tuple(str(row[0]) for row in connection.execute(f"DESCRIBE {table}").fetchall()) for table in TABLES
        }
    finally:
        connection.close()


class Query:
    """One question to one trace. `run` belongs to one thread, `cancel` to any other."""

    def __init__(self, trace: Trace, text: str, *, longest_s: float = LONGEST_S, most_rows: int = MOST_ROWS) -> None:
        self._text = text
        self._longest_s = longest_s
        self._most_rows = most_rows
        self._given_up = False
        """Nobody waits for the answer any more."""

        self._cancelled = threading.Event()
        self._over = threading.Event()
        self._answer: Result | None = None
        self._error: Exception | None = None
        self._connection = connected(trace)

    def run(self) -> Result:
        """Ask. Raises UserError: the query is wrong, was cancelled, or took too long.

        A single function of DuckDB may not hear that it should end; then it is left to itself, and its answer dropped.
        """
        threading.Thread(target=self._ask, name="buslens-query", daemon=True).start()
        until = time.monotonic() + self._longest_s
        while not self._over.wait(_AGAIN_S):
            if self._cancelled.is_set() or time.monotonic() > until:
                self._insist()
                break
        if self._answer is not None:
            return self._answer
        if self._cancelled.is_set():
            raise UserError("the query was cancelled") from None
        if self._given_up or isinstance(self._error, duckdb.InterruptException):
            hint = "limit it to fewer rows or groups"
            raise UserError(f"the query was stopped after {self._longest_s:g} s", hint=hint) from None
        if isinstance(self._error, duckdb.PermissionException):
            raise UserError("a query may read only the tables of this capture: no files, no network") from None
        if isinstance(self._error, duckdb.Error):
            raise UserError(_said(self._error)) from None
        assert self._error is not None
        raise self._error

    def cancel(self) -> None:
        """Stop it."""
        self._cancelled.set()

    def _ask(self) -> None:
        try:
            self._answer = self._asked()
        except Exception as error:
            self._error = error
        finally:
            self._connection.close()
            self._over.set()

    def _insist(self) -> None:
        """An interruption that comes just before the query begins is forgotten: again, until it is over or deaf."""
        self._given_up = True
        until = time.monotonic() + _INSIST_S
        while not self._over.wait(_AGAIN_S) and time.monotonic() < until:
            with contextlib.suppress(duckdb.ConnectionException):  # it has ended already
                self._connection.interrupt()

    def _asked(self) -> Result:
        statements = self._connection.extract_statements(self._text)
        kinds = {statement.type for statement in statements}
        if len(statements) != 1 or not kinds <= {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
            raise UserError(
                "a query is one SELECT", hint=f"the tables are {', '.join(TABLES)}; nothing in them can be changed"
            )
        self._check()
        found = self._connection.execute(statements[0])
        self._check()
        columns = tuple(str(column[0]) for column in found.description or ())
        rows = found.fetchmany(self._most_rows + 1)
        return Result(columns, rows[: self._most_rows], cut=len(rows) > self._most_rows)

    def _check(self) -> None:
        if self._given_up or self._cancelled.is_set():
            raise duckdb.InterruptException


def connected(trace: Trace, *, may_write: bool = False) -> duckdb.DuckDBPyConnection:
    """A database of its own that holds views of the columns, without a copy of them, and is then locked.

    may_write: files, for statements of ours and never for a person's.
    """
    connection = duckdb.connect(":memory:", config={"enable_external_access": str(may_write).lower()})
    dispatches, calls = trace.dispatches, trace.calls
    names = [(ident, kind, trace.names[ident]) for kind in NameKind for ident in trace.names.ids(kind)]
    tables: dict[str, dict[str, Any]] = {
        "_dispatches": {
            name: getattr(dispatches, name)
            for name in (
                "id", "event", "parent_call", "lane", "emitted_ns", "handlers", "ended_ns", "open", "failed",
                "outcome", "root",
            )
        },
        "_calls": {
            name: getattr(calls, name)
            for name in (
                "id", "dispatch", "handler", "lane", "emitted_ns", "started_ns", "ended_ns", "outcome", "attempt",
            )
        },
        "_names": {
            "id": np.array([ident for ident, _, _ in names], np.uint32),
            "kind": np.array([kind.name.lower() for _, kind, _ in names], object),
            "text": np.array([name.text for _, _, name in names], object),
            "file": np.array([name.file for _, _, name in names], object),
            "line": np.array([name.line for _, _, name in names], np.int32),
        },
        "_outcomes": {
            "id": np.array(list(_OUTCOMES), np.uint8),
            "text": np.array(list(_OUTCOMES.values()), object),
        },
        "_marks": _marks(trace),
    }  # fmt: skip
    for name, columns in tables.items():
        connection.register(name, columns)
    for name, query in TABLES.items():
        connection.execute(f"CREATE VIEW {name} AS {query}")
    connection.execute(f"SET memory_limit = '{MOST_MEMORY}'")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _marks(trace: Trace) -> dict[str, Any]:
    marks, notes = trace.marks, trace.notes.all
    lines = range(len(marks))
    about = {kind: [note.about if note.kind == kind else 0 for note in notes] for kind in ("call", "dispatch")}
    return {
        "kind": np.array([*("line" for _ in lines), *("note" if note.text else "band" for note in notes)], object),
        "time_ns": np.concatenate([marks.time_ns, np.array([note.time_ns for note in notes], np.int64)]),
        "end_ns": np.concatenate([marks.time_ns, np.array([note.end_ns for note in notes], np.int64)]),
        "call": np.concatenate([marks.call.astype(np.uint64), np.array(about["call"], np.uint64)]),
        "dispatch": np.array([*(0 for _ in lines), *about["dispatch"]], np.uint64),
        "text": np.array([*(marks.text(row) for row in lines), *(note.text for note in notes)], object),
    }


def _said(error: duckdb.Error) -> str:
    """DuckDB's own words without its class of errors and its picture of the query."""
    first = str(error).split("\n\nLINE", 1)[0].replace("\n", " ").strip()
    return first.removeprefix("Catalog Error: ").removeprefix("Parser Error: ").removeprefix("Binder Error: ")
