"""What a person gets who asks a trace in SQL, and what a hostile query gets."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bus.errors import UserError
from bus.trace import Trace
from bus.trace.query import READY, Query

SHOP = """
engine: pyee
events: {order.placed: {}, order.paid: {}, mail.sent: {}}
handlers:
  charge: {on: order.placed, do: [{wait: 10ms}, {emit: order.paid}]}
  pack: {on: order.paid, do: [{wait: 5ms}, {fail: {every: 2}}, {emit: mail.sent}]}
script: [{emit: order.placed, times: 4, every: 100ms}, {mark: done}]
"""


@pytest.fixture
def trace(run: Any) -> Trace:
    trace: Trace = run(SHOP, engine="pyee")
    return trace


def asked(trace: Trace, text: str, **limits: Any) -> list[tuple[Any, ...]]:
    return Query(trace, text, **limits).run().rows


def test_calls_with_their_names_and_times(trace: Trace) -> None:
    found = asked(trace, "SELECT handler, outcome, count(*), max(duration_ms) FROM calls GROUP BY ALL ORDER BY ALL")
    assert found == [
        ("charge", "failed", 2, 15.0),  # a synchronous bus: the failure goes up through the emit
        ("charge", "ok", 2, 15.0),
        ("pack", "failed", 2, 5.0),
        ("pack", "ok", 2, 5.0),
    ]


def test_dispatches_know_their_cause_and_their_flow(trace: Trace) -> None:
    text = """SELECT d.event, c.handler, r.event FROM dispatches d JOIN dispatches r ON r.id = d.root
              LEFT JOIN calls c ON c.id = d.parent_call WHERE d.event <> 'error' ORDER BY d.id LIMIT 2"""
    assert asked(trace, text) == [("order.placed", None, "order.placed"), ("order.paid", "charge", "order.placed")]


def test_marks_and_names(trace: Trace) -> None:
    assert asked(trace, "SELECT text FROM marks") == [("done",)]
    assert ("pack", "handler") in asked(trace, "SELECT text, kind FROM names")


@pytest.mark.parametrize("title", READY)
def test_the_ready_made_queries_run(trace: Trace, title: str) -> None:
    assert Query(trace, READY[title]).run().columns


def test_an_empty_trace_has_empty_tables() -> None:
    assert asked(Trace(), "SELECT count(*) FROM calls") == [(0,)]


def test_a_result_has_an_end_and_says_so(trace: Trace) -> None:
    result = Query(trace, "SELECT * FROM range(1000)", most_rows=10).run()
    assert len(result.rows) == 10
    assert result.cut


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{secret}'",
        "ATTACH '{secret}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW calls",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "SELECT * FROM trace",
        "SELECT getenv('HOME')",
        "",
        "SELEKT 1",
    ],
)
def test_nothing_but_one_select_on_the_tables(trace: Trace, text: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    with pytest.raises(UserError):
        asked(trace, text.replace("{secret}", str(secret)))
    assert secret.read_text() == "a,b\n1,2\n"


ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"


def test_a_query_that_never_ends_is_stopped(trace: Trace) -> None:
    with pytest.raises(UserError, match=r"stopped after 0\.2 s"):
        asked(trace, ENDLESS, longest_s=0.2)


def test_a_query_can_be_cancelled(trace: Trace) -> None:
    query = Query(trace, ENDLESS)
    said: list[UserError] = []

    def run() -> None:
        try:
            query.run()
        except UserError as error:
            said.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():  # it may not have begun at the first call
        query.cancel()
        thread.join(0.01)
    assert "cancelled" in str(said[0])


def test_a_mistake_is_said_in_one_line(trace: Trace) -> None:
    with pytest.raises(UserError) as said:
        asked(trace, "SELECT handlr FROM calls")
    assert "handlr" in str(said.value)
    assert "\n" not in str(said.value)


def test_arithmetic_does_not_overflow_however_small_the_numbers_are(trace: Trace) -> None:
    found = asked(trace, "SELECT max(handlers * 1000), max(failed * 1000), max(open - 5) FROM dispatches")
    assert found == [(1000, 1000, -5)]
    assert asked(trace, "SELECT max(attempt * 1000 + id * 1000 * 1000) FROM calls")[0][0] > 1_000_000
