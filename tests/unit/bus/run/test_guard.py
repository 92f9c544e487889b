"""`when` of a handler: an event of which it is not true is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from buslens.records import Outcome
from tests.helpers.told import failure, logged

TEXT = """events: {a: {}}
handlers:
  counts: {on: a, do: [{count: seen}]}
  h: {on: a, WORKER when: WHEN, do: [{log: "${event.payload.n} ${count}"}]}
script: [{emit: a, with: {n: $count}, times: 4, every: 10ms}]
"""
WAYS = [("pyee", ""), ("pyee-asyncio", ""), ("pyee-threads", ""), ("sqlite", ""), ("pyee", "worker: thread,"),
        ("pyee-asyncio", "worker: thread,"), ("pyee", "throttle: 1ms,")]  # fmt: skip


def text(when: str, worker: str = "") -> str:
    return TEXT.replace("WHEN", when).replace("WORKER", worker)


@pytest.mark.parametrize(("engine", "worker"), WAYS)
def test_an_event_of_which_it_is_not_true_is_a_call_that_does_nothing(engine: str, worker: str, run: Any) -> None:
    trace = run(text("event.payload.n > 2", worker), engine=engine)
    assert logged(trace) == ["3 1", "4 2"]  # `count` is of the calls that did something
    assert set(trace.calls.outcome.tolist()) == {Outcome.OK}
    assert len(trace.calls) == 8


def test_it_reads_counters(run: Any) -> None:
    assert logged(run(text("counters.seen % 2 == 0"), engine="pyee")) == ["2 1", "4 2"]


@pytest.mark.parametrize(("engine", "worker"), WAYS[:3] + WAYS[4:])
def test_where_it_cannot_be_known_the_call_fails(engine: str, worker: str, run: Any) -> None:
    trace = run(text("event.payload.x > 2", worker), engine=engine)
    assert failure(trace)[0] == "ExpressionError"
    assert logged(trace) == []
