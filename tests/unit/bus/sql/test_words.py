"""A query that is refused is told in one sentence, with the name that was meant where one is near."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.sql.query import Query
from bus.trace import Trace


def refused(query: str) -> str:
    with pytest.raises(UserError) as said:
        Query(Trace(), query).run()
    return str(said.value)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT * FROM call", "there is no table call (did you mean calls?)"),
        ("SELECT * FROM foo", "there is no table foo (the tables are dispatches, calls, "),
        ("SELECT * FROM '/etc/passwd'", "there is no table /etc/passwd (the tables are "),
        ("SELECT handlr FROM calls", "there is no column handlr (did you mean handler?"),
        ("SELECT c.handlr FROM calls c", "there is no column handlr (did you mean handler?"),
        ("SELECT zzz FROM calls", "there is no column zzz (the columns of calls are id, dispatch, "),
        ('SELECT * FROM calls WHERE handler = "pay"', "a text stands in single quotes: 'pay'"),
        ("SELECT * FROM calls WHERE outcome = failed", "a text stands in single quotes"),
        ("SELECT x.id FROM calls c", "there is no table x behind FROM"),
        ("SELECT id FROM calls c JOIN dispatches d ON c.dispatch = d.id", "write c.id or d.id"),
        ("SELECT lenght('a')", "there is no function lenght (did you mean length?)"),
        ("SELECT getenv('HOME')", "there is no function getenv"),
        ("SELECT upper(1, 2, 3)", "the function upper takes no such values (DuckDB says: "),
        ("SELECT 'a' + 1", "+ cannot be computed of such values (DuckDB says: "),
        ("SELECT handler, count(*) FROM calls", "write GROUP BY handler, or any_value(handler)"),
        ("SELEC * FROM calls", "this is not SQL near SELEC"),
        ("SELECT * FROM calls WHERE", "the query ends too early, behind WHERE"),
        ("SELECT 'abc", "a text in quotes does not end"),
        ("SELECT CAST('x' AS INT)", "a value cannot be converted (DuckDB says: "),
        ("SELECT ?", "nothing fills ? or $1"),
        ("SELECT * FROM calls ORDER BY 99", "the query cannot be answered (DuckDB says: ORDER term out of range"),
        ("SELECT * FROM read_csv('/etc/passwd')", "a query may read only the tables of this capture"),
        ("DELETE FROM calls", "a query is one SELECT"),
        ("SELECT 1; SELECT 2", "a query is one SELECT"),
        ("", "a query is one SELECT"),
    ],
)
def test_a_refused_query_says_why_in_one_sentence(query: str, says: str) -> None:
    line = refused(query)
    assert says in line
    assert "\n" not in line
    assert not line.startswith(("Table", "Referenced", "Binder", "Catalog", "syntax", "DuckDB"))
    assert len(line) < 600
