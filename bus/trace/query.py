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
_INSIST_S, _AGAIN_S = 10.0, 0.02

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
    "marks": "SELECT time_ns, NULLIF(call, 0) AS call, text FROM _marks",
}
"""What can be asked for. Times are nanoseconds since the capture's clock began; `_ms` columns are milliseconds.

The columns lie as narrow as they can; they are widened here, so that sums of them do not overflow.
"""

READY: dict[str, str] = {
    "Slowest handlers": "SELECT handler, count(*) AS calls, quantile_cont(duration_ms, 0.5) AS p50_ms,\n"
    "       quantile_cont(duration_ms, 0.99) AS p99_ms, max(duration_ms) AS max_ms\n"
    "FROM calls GROUP BY handler ORDER BY p99_ms DESC NULLS LAST",
    "Failing events": "SELECT d.event, c.handler, count(*) AS failed\n"
    "FROM calls c JOIN dispatches d ON d.id = c.dispatch\n"
    "WHERE c.outcome IN ('failed', 'timed out') GROUP BY ALL ORDER BY failed DESC",
    "Lost events": "SELECT event, count(*) AS lost, min(emitted_ns) / 1e9 AS first_s\n"
    "FROM dispatches WHERE outcome = 'lost' GROUP BY event ORDER BY lost DESC",
    "Longest flows": "SELECT root AS id, count(*) AS dispatches, (max(ended_ns) - min(emitted_ns)) / 1e6 AS length_ms\n"
    "FROM dispatches GROUP BY root ORDER BY length_ms DESC LIMIT 100",
    "Busiest second": "SELECT emitted_ns // 1000000000 AS second, count(*) AS dispatches\n"
    "FROM dispatches GROUP BY second ORDER BY dispatches DESC LIMIT 10",
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
        self._too_long = False
        self._cancelled = False
        self._over = threading.Event()
        self._connection = connected(trace)

    def run(self) -> Result:
        """Ask. Raises UserError: the query is wrong, was cancelled, or took too long."""
        limit = threading.Timer(self._longest_s, self._give_up)
        limit.daemon = True
        limit.start()
        try:
            return self._asked()
        except duckdb.InterruptException:
            if self._too_long:
                raise UserError(
                    f"the query was stopped after {self._longest_s:g} s", hint="limit it to fewer rows or groups"
                ) from None
            raise UserError("the query was cancelled") from None
        except duckdb.PermissionException:
            raise UserError("a query may read only the tables of this capture: no files, no network") from None
        except duckdb.Error as error:
            raise UserError(_said(error)) from None
        finally:
            self._over.set()
            limit.cancel()
            self._connection.close()

    def cancel(self) -> None:
        """Stop it."""
        self._cancelled = True
        self._interrupt()

    def _asked(self) -> Result:
        statements = self._connection.extract_statements(self._text)
        kinds = {statement.type for statement in statements}
        if len(statements) != 1 or not kinds <= {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
            raise UserError(
                "a query is one SELECT", hint=f"the tables are {', '.join(TABLES)}; nothing in them can be changed"
            )
        if self._cancelled:
            raise duckdb.InterruptException
        found = self._connection.execute(statements[0])
        columns = tuple(str(column[0]) for column in found.description or ())
        rows = found.fetchmany(self._most_rows + 1)
        return Result(columns, rows[: self._most_rows], cut=len(rows) > self._most_rows)

    def _give_up(self) -> None:
        self._too_long = True
        self._interrupt()

    def _interrupt(self) -> None:
        threading.Thread(target=self._insist, name="buslens-query-stop", daemon=True).start()

    def _insist(self) -> None:
        """An interruption that comes just before the query begins is forgotten: again, until it is over."""
        until = time.monotonic() + _INSIST_S
        while time.monotonic() < until:
            with contextlib.suppress(duckdb.ConnectionException):  # it has ended already
                self._connection.interrupt()
            if self._over.wait(_AGAIN_S):
                return


def connected(trace: Trace, *, may_write: bool = False) -> duckdb.DuckDBPyConnection:
    """A database of its own that holds views of the columns, without a copy of them, and is then locked.

    may_write: files, for statements of ours and never for a person's.
    """
    connection = duckdb.connect(":memory:", config={"enable_external_access": str(may_write).lower()})
    dispatches, calls, marks = trace.dispatches, trace.calls, trace.marks
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
        "_marks": {
            "time_ns": marks.time_ns,
            "call": marks.call,
            "text": np.array([marks.text(row) for row in range(len(marks))], object),
        },
    }  # fmt: skip
    for name, columns in tables.items():
        connection.register(name, columns)
    for name, query in TABLES.items():
        connection.execute(f"CREATE VIEW {name} AS {query}")
    connection.execute(f"SET memory_limit = '{MOST_MEMORY}'")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _said(error: duckdb.Error) -> str:
    """DuckDB's own words without its class of errors and its picture of the query."""
    first = str(error).split("\n\nLINE", 1)[0].replace("\n", " ").strip()
    return first.removeprefix("Catalog Error: ").removeprefix("Parser Error: ").removeprefix("Binder Error: ")
