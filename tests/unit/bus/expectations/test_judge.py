"""Each verdict leads to the rows that it is about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bus.expectations.judge import judge
from bus.expectations.verdict import Verdict
from bus.find.rows import parse, rows
from bus.scenario import loads
from bus.trace import Trace

TEXT = """buslens: 1
events: {order.placed: {}, order.paid: {}, mail.sent: {}}
handlers:
  charge: {on: order.placed, do: [{emit: order.paid}, {wait: 5ms}]}
  refuse: {on: order.placed, do: [{fail: {error: Declined}}]}
script: [{emit: order.placed, times: 3}, {emit: mail.sent}]
expect:
"""


def only(text: str, expect: str, run: Callable[[str], Trace]) -> tuple[Verdict, Trace]:
    trace = run(f"{text}  - {expect}\n".replace("buslens: 1\n", ""))
    (one,) = judge(loads(f"{text}  - {expect}\n").scenario.expect, trace, end_is_known=True)
    return one, trace


@pytest.mark.parametrize(
    ("expect", "met", "table", "count"),
    [
        ("{event: order.placed, emitted: 3}", True, "dispatches", 3),
        ("{event: order.paid, lost: 0}", False, "dispatches", 3),
        ("{event: mail.sent, lost: 1}", True, "dispatches", 1),
        ("{handler: refuse, failed: 0}", False, "calls", 3),
        ("{event: order.placed, ok: 3}", True, "calls", 3),
        ("{handler: charge, calls: 3}", True, "calls", 3),
        ("{event: order.placed, latency: 1ms}", False, "dispatches", 3),
        ("{handler: charge, latency: 1ms}", False, "calls", 3),
        ("{lost: '>= 7'}", True, "dispatches", None),
    ],
)
def test_the_search_line_finds_as_many_rows_as_were_counted(
    run: Callable[[str], Trace], expect: str, met: bool, table: str, count: int | None
) -> None:
    one, trace = only(TEXT, expect, run)
    assert (one.met, one.table) == (met, table)
    assert len(rows(trace, one.table, parse(one.search))) == (int(one.found) if count is None else count)


def test_every_expectation_has_its_verdicts_in_the_order_of_the_file(run: Callable[[str], Trace]) -> None:
    text = TEXT + "  - {event: order.placed, emitted: 3, lost: 0}\n  - {handler: charge, calls: '>= 2'}\n"
    trace = run(text.replace("buslens: 1\n", ""))
    found = judge(loads(text).scenario.expect, trace, end_is_known=True)
    assert [each.about for each in found] == ["order.placed: emitted", "order.placed: lost", "charge: calls"]
