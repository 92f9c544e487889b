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

from bus.errors import UserError
from bus.sql import columns as sql_columns
from bus.sql import words as sql_words
from bus.sql.tables import TABLES
from bus.trace.ids import IDS_OF_ONE
from bus.trace.trace import Trace

LONGEST_S = 30.0
MOST_ROWS = 100_000
"""Rows of a result; the rest is cut, and the result says so."""

MOST_LETTERS = 64 * 1024 * 1024
"""Of all texts of a result, payloads for example; the rest of its rows is cut."""

MOST_MEMORY = "2GB"
_AT_ONCE = 2048
INSIST_S, _AGAIN_S = 2.0, 0.02

ID_MACRO = f"CREATE MACRO id(process, number) AS ((process - 1) * {IDS_OF_ONE} + number)::UBIGINT"
"""`WHERE id = id(2, 17)`: what is written as 2:17 elsewhere."""

READY: dict[str, str] = {
    "Slowest handlers": "SELECT handler, count(*) AS calls, quantile_cont(duration_ms, 0.5) AS p50_ms,\n"
    "       quantile_cont(duration_ms, 0.99) AS p99_ms, max(duration_ms) AS max_ms\n"
    "FROM calls GROUP BY handler ORDER BY p99_ms DESC NULLS LAST",
    "Failing events": "SELECT d.event, c.handler, count(*) AS failed\n"
    "FROM calls c JOIN dispatches d ON d.id = c.dispatch\n"
    "WHERE c.outcome IN ('failed', 'timed out') GROUP BY ALL ORDER BY failed DESC",
    "Errors": "SELECT handler, file, line, error_type, count(*) AS calls, any_value(error_message) AS such_as\n"
    "FROM calls WHERE error_type IS NOT NULL GROUP BY ALL ORDER BY calls DESC",
    "Lost events": "SELECT event, why, count(*) AS lost,\n"
    "       (min(emitted_ns) - (SELECT min(emitted_ns) FROM dispatches)) / 1e9 AS first_s\n"
    "FROM dispatches WHERE fate = 'lost' GROUP BY event, why ORDER BY lost DESC",
    "Payloads": "SELECT id, event, payload FROM dispatches WHERE payload IS NOT NULL LIMIT 100",
    "Who listens": "SELECT event, handler, file, line, once, until_ns IS NULL AS still\n"
    "FROM subscriptions ORDER BY event, from_ns",
    "Longest flows": "SELECT root AS id, count(*) AS dispatches, (max(ended_ns) - min(emitted_ns)) / 1e6 AS length_ms\n"
    "FROM dispatches GROUP BY root ORDER BY length_ms DESC LIMIT 100",
    "Busiest second": "SELECT (emitted_ns - (SELECT min(emitted_ns) FROM dispatches)) // 1000000000 AS second,\n"
    "       count(*) AS dispatches\n"
    "FROM dispatches GROUP BY second ORDER BY dispatches DESC, second LIMIT 10",
}
"""Title and text of queries that most people want."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The rows that a query found, at most as many as a query may give."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool
    """Whether there was more: than MOST_ROWS, or than MOST_LETTERS."""

    types: tuple[str, ...] = ()
    """DuckDB's name for the type of each column."""


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """Names of the columns of each table, for completion in the editor."""
    connection = connected(Trace())
    try:
        return {
            table: tuple(str(row[0]) for row in connection.execute(f"DESCRIBE {table}").fetchall()) for table in TABLES
        }
    finally:
        connection.close()


class Query:
    """One question to one trace. `run` belongs to one thread, `cancel` to any other."""

    def __init__(
        self,
        trace: Trace,
        text: str,
        *,
        longest_s: float = LONGEST_S,
        most_rows: int = MOST_ROWS,
        most_letters: int = MOST_LETTERS,
        insist_s: float = INSIST_S,
    ) -> None:
        """most_letters: of all texts of the answer. insist_s: how long one that is told to end is told again."""
        self._trace = trace
        self._text = text
        self._longest_s = longest_s
        self._most_rows = most_rows
        self._most_letters = most_letters
        self._insist_s = insist_s
        self._given_up = False
        """Nobody waits for the answer any more."""

        self._cancelled = threading.Event()
        self._over = threading.Event()
        self._answer: QueryResult | None = None
        self._error: Exception | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    def prepare(self) -> Query:
        """Take what the query may ask for from the trace, which must not change meanwhile; later it may."""
        if self._connection is None:
            self._connection = connected(self._trace, self._text)
        return self

    def run(self) -> QueryResult:
        """Ask. Raises UserError: the query is wrong, was cancelled, or took too long.

        A single function of DuckDB may not hear that it should end; then it is left to itself, and its answer dropped.
        """
        connection = self.prepare()._connection
        assert connection is not None
        threading.Thread(target=self._ask, args=(connection,), name="buslens-query", daemon=True).start()
        until = time.monotonic() + self._longest_s
        while not self._over.wait(_AGAIN_S):
            if self._cancelled.is_set() or time.monotonic() > until:
                self._insist(connection)
                break
        if self._answer is not None:
            return self._answer
        if self._cancelled.is_set():
            raise UserError("the query was cancelled") from None
        if self._given_up or isinstance(self._error, duckdb.InterruptException):
            hint = "limit it to fewer rows or groups"
            raise UserError(f"the query was stopped after {self._longest_s:g} s", hint=hint) from None
        if isinstance(self._error, duckdb.Error):
            raise sql_words.refusal(self._error, self._text, columns()) from None
        assert self._error is not None
        raise self._error

    def cancel(self) -> None:
        """Stop the query as soon as DuckDB can; may be called on any thread."""
        self._cancelled.set()

    def _ask(self, connection: duckdb.DuckDBPyConnection) -> None:
        try:
            self._answer = self._asked(connection)
        except Exception as error:
            self._error = error
        finally:
            connection.close()
            self._over.set()

    def _insist(self, connection: duckdb.DuckDBPyConnection) -> None:
        """An interruption that comes just before the query begins is forgotten: again, until it is over or deaf."""
        self._given_up = True
        until = time.monotonic() + self._insist_s
        while not self._over.wait(_AGAIN_S) and time.monotonic() < until:
            with contextlib.suppress(duckdb.ConnectionException):  # it has ended already
                connection.interrupt()

    def _asked(self, connection: duckdb.DuckDBPyConnection) -> QueryResult:
        if any("\ud800" <= letter <= "\udfff" for letter in self._text):
            raise UserError("the query holds letters that are not UTF-8")
        statements = connection.extract_statements(self._text)
        kinds = {statement.type for statement in statements}
        if len(statements) != 1 or not kinds <= {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
            raise UserError(
                "a query is one SELECT", hint=f"the tables are {', '.join(TABLES)}; nothing in them can be changed"
            )
        self._check()
        found = connection.execute(statements[0])
        self._check()
        columns = tuple(str(column[0]) for column in found.description or ())
        types = tuple(str(column[1]) for column in found.description or ())
        rows: list[tuple[Any, ...]] = []
        letters = 0
        while len(rows) <= self._most_rows and letters <= self._most_letters:
            part = found.fetchmany(min(_AT_ONCE, self._most_rows + 1 - len(rows)))
            if not part:
                return QueryResult(columns, rows, cut=False, types=types)
            rows += part
            letters += sum(len(value) for row in part for value in row if isinstance(value, str))
            self._check()
        return QueryResult(columns, rows[: self._most_rows], cut=True, types=types)

    def _check(self) -> None:
        if self._given_up or self._cancelled.is_set():
            raise duckdb.InterruptException


def connected(
    trace: Trace, query: str = "", *, may_write: bool = False, many: int = sql_columns.MANY
) -> duckdb.DuckDBPyConnection:
    """A database of its own that holds views of the columns, without a copy of them, and is then locked.

    query: what will be asked of it; empty: anything. may_write: files, for statements of ours and never for a person's.
    many: rows from which what costs time is only there where the query names it.
    """
    connection = duckdb.connect(":memory:", config={"enable_external_access": str(may_write).lower()})
    for name, function in sql_columns.functions(trace).items():
        connection.create_function(name, function, [duckdb.sqltypes.UBIGINT], duckdb.sqltypes.VARCHAR)
    for name, columns in sql_columns.tables(trace, query, many=many).items():
        connection.register(name, columns)
    for name, select in TABLES.items():
        connection.execute(f"CREATE VIEW {name} AS {select}")
    connection.execute(ID_MACRO)
    connection.execute(f"SET memory_limit = '{MOST_MEMORY}'")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET lock_configuration = true")
    return connection
