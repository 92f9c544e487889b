"""What DuckDB says of a query that it refuses, as a person would say it; its own words stand behind where they help."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence

import duckdb

from bus.errors import UserError

MOST_OF_ITS_WORDS = 300

Columns = Mapping[str, Sequence[str]]
Told = tuple[str, str]
"""Problem and hint."""


def refusal(error: duckdb.Error, query: str, columns: Columns) -> UserError:
    """columns: of each table that a query may ask."""
    message = _own_words(error)
    if isinstance(error, duckdb.PermissionException):
        return UserError("a query may read only the tables of this capture: no files, no network")
    if isinstance(error, duckdb.OutOfMemoryException):
        return UserError("the query needs more memory than it may have", hint="limit it to fewer rows or groups")
    for pattern, tell in _TELLERS:
        found = pattern.search(message)
        if found:
            problem, hint = tell(found, query, columns)
            return UserError(problem, hint=hint)
    return UserError("the query cannot be answered", hint=f"DuckDB says: {message}")


def _own_words(error: duckdb.Error) -> str:
    """Without its class of errors, its picture of the query and its list of every way to call a function."""
    first = str(error).split("\n\nLINE", 1)[0].split("Candidate functions:", 1)[0]
    plain = " ".join(first.split())
    return re.sub(r"^(?:[A-Z][A-Za-z-]* )+Error: ", "", plain)[:MOST_OF_ITS_WORDS]


def _no_table(found: re.Match[str], _query: str, columns: Columns) -> Told:
    name = found[1].strip('"')
    return f"there is no table {name}", _near(name, columns) or f"the tables are {', '.join(columns)}"


def _no_column(found: re.Match[str], query: str, columns: Columns) -> Told:
    name = found[1]
    asked = [table for table in columns if re.search(rf"\b{table}\b", query, re.IGNORECASE)]
    near = _near(name, [column for table in asked for column in columns[table]])
    if f'"{name}"' in query:
        return f"there is no column {name}", f"a text stands in single quotes: '{name}'"
    known = "; ".join(f"the columns of {table} are {', '.join(columns[table])}" for table in asked[:2])
    hint = "; ".join(filter(None, (near or known, "a text stands in single quotes")))
    return f"there is no column {name}", hint


def _no_function(found: re.Match[str], _query: str, _columns: Columns) -> Told:
    return f"there is no function {found[1]}", _near(found[1], [found[2]]) if found[2] else ""


def _ambiguous(found: re.Match[str], _query: str, _columns: Columns) -> Told:
    return f"more than one table has a column {found[1]}", f"write {found[2]}".replace("'", "")


def _syntax(found: re.Match[str], query: str, _columns: Columns) -> Told:
    if query.rstrip("; \t\n").endswith(found[1]):
        return f"the query ends too early, behind {found[1]}", ""
    return f"this is not SQL near {found[1]}", "it is misspelt, or something before it is missing"


def _always(problem: str, hint: str = "") -> Callable[[re.Match[str], str, Columns], Told]:
    """`{0}` of either: what the pattern found."""
    return lambda found, _query, _columns: (problem.format(*found.groups()), hint.format(*found.groups()))


def _with_its_words(problem: str) -> Callable[[re.Match[str], str, Columns], Told]:
    return lambda found, _query, _columns: (problem.format(*found.groups()), f"DuckDB says: {found.string}")


def _near(name: str, known: Sequence[str] | Columns) -> str:
    found = difflib.get_close_matches(name[:200].lower(), list(known), 2, 0.6)
    return f"did you mean {' or '.join(found)}?" if found else ""


_TELLERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, Columns], Told]], ...] = (
    (re.compile(r"Table with name (.+?) does not exist"), _no_table),
    (re.compile(r'Referenced column "(.+?)" not found'), _no_column),
    (re.compile(r'does not have a column named "(.+?)"'), _no_column),
    (
        re.compile(r'Referenced table "(.+?)" not found'),
        _always("there is no table {0} behind FROM", "a column is written TABLE.COLUMN"),
    ),
    (
        re.compile(r'Ambiguous reference to column name "(.+?)" \(use: (.+)\)'),
        _ambiguous,
    ),
    (re.compile(r'Function with name (\S+) does not exist!(?: Did you mean "(.+?)")?'), _no_function),
    (
        re.compile(r'column "(.+?)" must appear in the GROUP BY clause'),
        _always("the column {0} is neither grouped nor summed up", "write GROUP BY {0}, or any_value({0})"),
    ),
    (re.compile(r'syntax error at or near "(.+?)"'), _syntax),
    (re.compile(r"syntax error at end of input"), _always("the query ends too early")),
    (re.compile(r"unterminated quoted|unterminated string"), _always("a text in quotes does not end")),
    (re.compile(r"No function matches .*? '(\w+)\("), _with_its_words("the function {0} takes no such values")),
    (
        re.compile(r'best candidate function for the function call "(.+?)\('),
        _with_its_words("{0} cannot be computed of such values"),
    ),
    (
        re.compile(r"Values were not provided"),
        _always("nothing fills ? or $1", "write the value itself"),
    ),
    (re.compile(r"^(Could not convert|invalid .* format)"), _with_its_words("a value cannot be converted")),
)
