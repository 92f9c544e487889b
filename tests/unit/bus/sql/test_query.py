"""What a person gets who asks a trace in SQL, and what a hostile query gets."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.errors import UserError
from bus.sql.query import READY, Query
from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers.make_trace import make_trace
from tests.helpers.patience import PATIENCE_S

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


@pytest.fixture(scope="module")
def shop() -> Trace:
    return make_trace(150, running=3)


def test_slowest_handlers_agree_with_an_independent_count(shop: Trace) -> None:
    times: dict[str, list[float]] = {}
    for row in range(len(shop.calls)):
        said = times.setdefault(shop.names.text(int(shop.calls.handler[row])), [])
        said.append((int(shop.calls.ended_ns[row]) - int(shop.calls.started_ns[row])) / 1e6)
    found = {row[0]: row[1:] for row in asked(shop, READY["Slowest handlers"])}
    assert found.keys() == times.keys()
    for handler, every in times.items():
        ended = [each for each in every if each >= 0]
        assert found[handler] == (
            len(every), pytest.approx(np.quantile(ended, 0.5)), pytest.approx(np.quantile(ended, 0.99)), max(ended),
        )  # fmt: skip
    slowest = [row[2] for row in asked(shop, READY["Slowest handlers"])]
    assert slowest == sorted(slowest, reverse=True)


def test_failing_events_agree_with_an_independent_count(shop: Trace) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for row in range(len(shop.calls)):
        if shop.calls.outcome[row] in (Outcome.FAILED, Outcome.TIMED_OUT):
            cause = shop.dispatches.row_of(int(shop.calls.dispatch[row]))
            event, handler = shop.dispatches.event[cause], shop.calls.handler[row]
            counted[shop.names.text(int(event)), shop.names.text(int(handler))] += 1
    assert counted
    assert {row[:2]: row[2] for row in asked(shop, READY["Failing events"])} == counted


def test_lost_events_agree_with_an_independent_count(shop: Trace) -> None:
    lost = [row for row in range(len(shop.dispatches)) if shop.dispatches.outcome[row] == Outcome.LOST]
    first = (int(shop.dispatches.emitted_ns[lost[0]]) - int(shop.dispatches.emitted_ns[0])) / 1e9
    assert ("audit", "nobody listened", len(lost), pytest.approx(first)) in asked(shop, READY["Lost events"])


def test_longest_flows_agree_with_an_independent_count(shop: Trace) -> None:
    flows: dict[int, list[int]] = {}
    for row in range(len(shop.dispatches)):
        flows.setdefault(int(shop.dispatches.root[row]), []).append(row)
    slow = [
        (root, len(rows), (max(int(shop.dispatches.ended_ns[row]) for row in rows)
                           - min(int(shop.dispatches.emitted_ns[row]) for row in rows)) / 1e6)
        for root, rows in flows.items()
    ]  # fmt: skip
    expected = sorted((length for _, _, length in slow), reverse=True)[:100]
    found = asked(shop, READY["Longest flows"])
    assert [row[2] for row in found] == pytest.approx(expected)
    assert {row[0]: row[1] for row in found}.items() <= {root: count for root, count, _ in slow}.items()


def test_the_busiest_second_agrees_with_an_independent_count(shop: Trace) -> None:
    first = int(shop.dispatches.emitted_ns.min())
    counted = Counter((int(each) - first) // 1_000_000_000 for each in shop.dispatches.emitted_ns)
    expected = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:10]
    assert asked(shop, READY["Busiest second"]) == expected


class Deaf:
    """A connection whose query hears nothing: as where one function of DuckDB makes a string of gigabytes."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.may_end = threading.Event()

    def execute(self, statement: Any) -> Any:
        self.may_end.wait(PATIENCE_S)
        return self._real.execute(statement)

    def interrupt(self) -> None:
        """Not heard."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize(("cancel", "said"), [(False, r"stopped after 0\.05 s"), (True, "cancelled")])
def test_what_does_not_hear_that_it_should_end_is_left_to_itself(shop: Trace, cancel: bool, said: str) -> None:
    query = Query(shop, "SELECT 1", longest_s=30.0 if cancel else 0.05, insist_s=0.05)
    deaf = Deaf(query.prepare()._connection)
    query._connection = deaf  # type: ignore[assignment]
    if cancel:
        query.cancel()
    with pytest.raises(UserError, match=said):
        query.run()
    deaf.may_end.set()
    assert query._over.wait(PATIENCE_S), "and its thread ends when it does"


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
