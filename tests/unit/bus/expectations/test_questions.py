"""Rules that ask SQL and detectors."""

from __future__ import annotations

from typing import Any

import pytest

from bus.expectations.verdict import State
from buslens.records import Outcome
from tests.unit.bus.expectations.conftest import Told, verdicts


@pytest.fixture
def failed(told: Told) -> Any:
    told.call(told.emit(0, "placed", {"id": 1}, handlers=1), "charge", 1, 2, Outcome.FAILED)
    told.call(told.emit(3, "placed", {"id": 2}, handlers=1), "charge", 4, 5)
    return told.trace()


def test_who_asks_no_sql_loads_no_duckdb(loaded: frozenset[str]) -> None:
    assert "bus.expectations.questions" in loaded
    assert "duckdb" not in loaded


@pytest.mark.parametrize(
    ("query", "state", "found", "search"),
    [
        ("SELECT id FROM calls WHERE outcome = 'running'", State.MET, "no rows", ""),
        ("SELECT id FROM calls WHERE outcome = 'failed'", State.UNMET, "1 row, the first is 2", "id:2"),
        ("SELECT dispatch FROM calls ORDER BY id", State.UNMET, "2 rows, the first is 1", "id:1 OR id:3"),
        ("SELECT 'all', 7", State.UNMET, "1 row, the first is all, 7", ""),
        ("SELECT nothing FROM calls", State.UNKNOWN, None, ""),
        ("DROP TABLE calls", State.UNKNOWN, None, ""),
        ("SELECT * FROM read_text('/etc/passwd')", State.UNKNOWN, None, ""),
    ],
)
def test_each_row_of_a_query_is_against_it(
    failed: Any, query: str, state: State, found: str | None, search: str
) -> None:
    (verdict,) = verdicts({"no_rows": query}, failed)
    assert (verdict.state, verdict.search) == (state, search)
    assert verdict.found == found if found else "the query has no answer" in verdict.found


def test_a_query_may_have_a_title(failed: Any) -> None:
    (verdict,) = verdicts({"no_rows": "SELECT 1", "title": "one is never there"}, failed)
    assert verdict.about == "one is never there"


def test_problems_of_a_severity_are_against_it(told: Told) -> None:
    for at in range(3):
        told.emit(at, "forgotten", {"id": at})
    told.emit(4, "order.placed", {"id": 1})
    trace = told.trace()
    found = [verdicts({"no_problems": severity}, trace)[0] for severity in ("error", "hint")]
    assert [each.state for each in found] == [State.MET, State.UNMET]
    assert "such as:" in found[1].found
    assert found[1].search.startswith("id:")
    (excepted,) = verdicts({"no_problems": "hint", "except": ["nobody-listens", "capture"]}, trace)
    assert excepted.met
    assert "nobody-listens" in excepted.about
