"""What differs between pyee's emitters, as pyee's users know it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bus.contract.protocol import Engine
from bus.engines import ENGINES
from bus.engines.pyee.threads import WORKERS
from bus.scenario import Document
from buslens.records import NameKind, Outcome
from tests.helpers.live import Live
from tests.helpers.told import events

MS = 1_000_000
TWO = """
events: {a: {}}
handlers:
  first: {on: a, do: [{wait: 10ms}, {fail: {error: Broken}}]}
  second: {on: a, do: [{wait: 5ms}]}
script: [{emit: a}]
"""


def many(wait: str, times: int) -> str:
    handler = f"{{on: a, do: [{{wait: {wait}}}]}}"
    return f"events: {{a: {{}}}}\nhandlers: {{h: {handler}}}\nscript: [{{emit: a, times: {times}}}]"


def test_every_engine_of_a_scenario_is_there() -> None:
    for ident, spec in ENGINES.items():
        engine: Engine = spec.make()
        assert (engine.spec, spec.id) == (spec, ident)
        assert Document(f"buslens: 1\nengine: {ident}\n").scenario.engine == ident


def test_on_a_synchronous_emitter_a_failure_skips_the_handlers_behind_it(run: Any) -> None:
    trace = run(TWO, engine="pyee")
    assert trace.calls.outcome.tolist() == [Outcome.FAILED]
    assert trace.dispatches.outcome.tolist() == [Outcome.FAILED]
    assert events(trace) == ["a"]


@pytest.mark.parametrize("engine", ["pyee-asyncio", "pyee-threads"])
def test_elsewhere_handlers_overlap_and_a_failure_becomes_an_error_event(engine: str, run: Any) -> None:
    trace = run(TWO, engine=engine)
    assert sorted(trace.calls.outcome.tolist()) == [Outcome.OK, Outcome.FAILED]
    assert sorted(trace.calls.ended_ns.tolist()) == [5 * MS, 10 * MS]
    assert events(trace) == ["a", "error"]
    failed = trace.calls.id[trace.calls.outcome == Outcome.FAILED]
    assert trace.dispatches.parent_call.tolist() == [0, int(failed[0])]
    assert trace.dispatches.outcome[1] == Outcome.LOST


def test_on_one_synchronous_emitter_handlers_run_one_after_another(run: Any) -> None:
    trace = run(TWO.replace(", {fail: {error: Broken}}", ""), engine="pyee")
    assert trace.calls.started_ns.tolist() == [0, 10 * MS]


def test_a_pool_has_so_many_workers_and_the_rest_waits(run: Any) -> None:
    trace = run(many("10ms", WORKERS + 1), engine="pyee-threads")
    assert sorted(trace.calls.started_ns.tolist()) == [0] * WORKERS + [10 * MS]
    lanes = {trace.names.text(ident) for ident in trace.names.ids(NameKind.LANE)}
    assert len([lane for lane in lanes if lane.startswith("worker")]) == WORKERS


def test_waiting_for_a_free_worker_is_listed_while_it_is_paused(live: Live) -> None:
    session = live(many("1min", WORKERS + 2))
    session.start(engine="pyee-threads")
    live.calls(session, WORKERS)
    live.until(session, lambda: len(session.trace.dispatches) == WORKERS + 2)
    session.pause()
    live.until(session, lambda: [each.kind for each in session.engine_state.queue].count("call") == 2)
    session.resume()
    session.set_speed(math.inf)
    assert session.wait(60)
    assert len(session.trace.calls) == WORKERS + 2
