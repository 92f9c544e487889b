"""The numbers on the edges are those that SQL finds in the same trace, however strange the program."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from bus.analysis.topology import EdgeKind, NodeKind, Topology, of_trace
from bus.analysis.topology.counting import RECENT_NS
from bus.sql.query import Query
from bus.trace import Trace
from tests.helpers.make_trace import make_trace
from tests.helpers.random_bus import random_trace

SEEDS = range(6)


EVENT_OF = "CASE WHEN b.file IS NULL THEN coalesce(b.bus, '') ELSE regexp_replace(b.bus, ' #[0-9]+$', '') END"
CALL_QUEUE = """(SELECT call, any_value(queue) AS queue FROM deliveries
                 WHERE step IN ('delivered', 'redelivered') AND call IS NOT NULL GROUP BY call)"""


def asked(trace: Trace, text: str) -> list[tuple[Any, ...]]:
    return Query(trace, text).run().rows


def counted(topology: Topology, kind: EdgeKind, *fields: str) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Numbers of all edges of a kind on which something was seen, by what their ends are called."""
    found: Counter[tuple[Any, ...]] = Counter()
    for edge in topology.edges:
        if edge.kind is kind and edge.count:
            for field in fields:
                found[*named(topology, edge.source), *named(topology, edge.target), field] += getattr(edge, field)
    ends = dict.fromkeys(key[:-1] for key in found)
    return {end: tuple(found[*end, field] for field in fields) for end in ends}


def named(topology: Topology, place: int) -> tuple[str, str]:
    node = topology.nodes[place]
    if node.kind is NodeKind.CODE:
        return re.sub("[0-9]+", "*", node.text), ""
    if node.kind is NodeKind.HANDLER:
        return node.text, f"{node.file}:{node.line}"
    return node.text, node.bus


def by_sql(trace: Trace, text: str, ends: int = 4) -> dict[tuple[str, ...], tuple[int, ...]]:
    return {tuple(row[:ends]): tuple(int(value) for value in row[ends:]) for row in asked(trace, text)}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_emit_is_on_one_edge_from_who_emitted_it(seed: int) -> None:
    trace = random_trace(seed)
    text = f"""
        SELECT CASE WHEN d.cause_unknown OR (d.parent_call IS NOT NULL AND c.id IS NULL) THEN 'unknown'
                    WHEN c.id IS NOT NULL THEN c.handler
                    ELSE coalesce(nullif(regexp_replace(d.lane, '[0-9]+', '*', 'g'), ''), 'a thread without a name')
               END AS who,
               CASE WHEN c.id IS NOT NULL THEN c.file || ':' || coalesce(c.line, 0) ELSE '' END AS at,
               d.event, {EVENT_OF} AS bus, count(*), count(*) FILTER (d.fate = 'lost')
        FROM dispatches d LEFT JOIN calls c ON c.id = d.parent_call LEFT JOIN buses b ON b.bus = d.bus
        GROUP BY ALL"""
    assert counted(of_trace(trace), EdgeKind.EMITS, "count", "lost") == by_sql(trace, text)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_call_that_no_queue_delivered_is_on_one_edge_from_its_event(seed: int) -> None:
    trace = random_trace(seed)
    text = f"""
        SELECT coalesce(c.event, 'unknown event'), {EVENT_OF} AS bus, c.handler,
               c.file || ':' || coalesce(c.line, 0) AS at,
               count(*), count(*) FILTER (c.outcome IN ('failed', 'timed out'))
        FROM calls c LEFT JOIN buses b ON b.bus = c.bus
        WHERE c.id NOT IN (SELECT call FROM {CALL_QUEUE}) GROUP BY ALL"""
    assert counted(of_trace(trace), EdgeKind.HANDLES, "count", "failed") == by_sql(trace, text)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_call_that_a_queue_delivered_is_on_one_edge_from_the_queue(seed: int) -> None:
    trace = random_trace(seed)
    text = f"""
        SELECT q.queue, '', c.handler, c.file || ':' || coalesce(c.line, 0) AS at,
               count(*), count(*) FILTER (c.outcome IN ('failed', 'timed out'))
        FROM calls c JOIN {CALL_QUEUE} q ON q.call = c.id GROUP BY ALL"""
    assert counted(of_trace(trace), EdgeKind.DELIVERS, "count", "failed") == by_sql(trace, text)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_queue_has_each_dispatch_once_that_a_broker_told_of_there(seed: int) -> None:
    trace = random_trace(seed)
    text = f"""
        SELECT d.event, {EVENT_OF} AS bus, t.queue, '', count(DISTINCT d.id),
               count(DISTINCT d.id) FILTER (t.step = 'dead lettered')
        FROM deliveries t JOIN dispatches d ON d.id = t.dispatch LEFT JOIN buses b ON b.bus = d.bus
        WHERE t.step IN ('enqueued', 'delivered', 'redelivered', 'acknowledged', 'rejected', 'dead lettered', 'sent')
              OR (t.step = 'confirmed' AND t.queue <> d.event)
        GROUP BY ALL"""
    assert counted(of_trace(trace), EdgeKind.CARRIES, "count", "failed") == by_sql(trace, text)


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_of_an_event_are_counted_whichever_way_they_came(seed: int) -> None:
    trace = random_trace(seed)
    topology = of_trace(trace)
    text = f"""SELECT c.event, {EVENT_OF} AS bus, count(*) FROM calls c LEFT JOIN buses b ON b.bus = c.bus
               WHERE c.event IS NOT NULL GROUP BY ALL"""
    found = {
        (node.text, node.bus): (node.calls,) for node in topology.nodes if node.calls and node.kind is NodeKind.EVENT
    }
    assert found == by_sql(trace, text, ends=2)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_that_leads_to_handlers_adds_up_to_the_calls_and_all_emits_to_the_dispatches(seed: int) -> None:
    trace = random_trace(seed)
    topology = of_trace(trace)
    assert sum(edge.count for edge in topology.edges if edge.counts_calls) == len(trace.calls)
    assert sum(edge.count for edge in topology.edges if edge.kind is EdgeKind.EMITS) == len(trace.dispatches)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_was_subscribed_and_never_called_has_an_edge_with_no_calls(seed: int) -> None:
    trace = random_trace(seed)
    topology = of_trace(trace)
    text = f"""
        SELECT s.event, {EVENT_OF} AS bus, s.handler, s.file || ':' || coalesce(s.line, 0) AS at,
               count(*), count(*) FILTER (s.until_ns IS NULL)
        FROM subscriptions s LEFT JOIN buses b ON b.bus = s.bus
        WHERE NOT EXISTS (
            SELECT 1 FROM calls c LEFT JOIN buses o ON o.bus = c.bus
            WHERE c.event = s.event AND c.handler = s.handler AND c.file = s.file
              AND coalesce(c.line, 0) = coalesce(s.line, 0)
              AND coalesce(o.file, o.bus, '') = coalesce(b.file, b.bus, ''))
        GROUP BY ALL"""
    never = {
        (*named(topology, edge.source), *named(topology, edge.target)): (edge.registered, edge.listening)
        for edge in topology.edges
        if edge.is_idle
    }
    assert never == by_sql(trace, text)


def test_recent_is_what_began_within_the_last_seconds() -> None:
    trace = random_trace(3)
    topology = of_trace(trace, recent_ns=RECENT_NS)
    last = trace.span_ns[1]
    recent = sum(edge.recent for edge in topology.edges if edge.kind is EdgeKind.EMITS)
    assert 0 < recent < len(trace.dispatches)
    assert recent == asked(trace, f"SELECT count(*) FROM dispatches WHERE emitted_ns > {last - RECENT_NS}")[0][0]
    assert not sum(edge.recent for edge in of_trace(trace, now_ns=last + RECENT_NS).edges)


def test_an_edge_knows_its_newest_call_and_the_newest_that_failed() -> None:
    trace = make_trace(30, failures=0.3)
    topology = of_trace(trace)
    (edge,) = [each for each in topology.edges if topology.nodes[each.target].text == "charge_card"]
    text = "SELECT max(id), max(id) FILTER (outcome = 'failed') FROM calls WHERE handler = 'charge_card'"
    assert (edge.newest, edge.newest_failed) == asked(trace, text)[0]


def test_an_empty_trace_has_an_empty_map() -> None:
    topology = of_trace(Trace())
    assert (topology.nodes, topology.edges) == ((), ())
