"""`retry` on engines with a broker: the same calls at the same times of the run as everywhere else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.engines import ENGINES
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from bus.trace.fates import FATES
from buslens.records import Outcome
from tests.helpers.patience import PATIENCE_S

MS = 1_000_000
BROKERS = sorted(engine for engine in ENGINES if not ENGINES[engine].is_embedded)
TEXT = """buslens: 1
events: {a: {}, b: {}, c: {}}
handlers:
  third_time: {on: a, WORKER, retry: {attempts: 5, backoff: 100ms}, do: [{fail: {if: count < 3}}, {emit: b}]}
  never: {on: c, WORKER, retry: {attempts: 2, backoff: 1s}, do: [{fail: {error: Broken}}]}
  behind: {on: [a, b, c], do: [{wait: 10ms}]}
script: [{emit: a}, {emit: c, at: 2s}]
"""
ORDER = """buslens: 1
events: {a: {}}
handlers: {h: {on: a, retry: {backoff: 100ms}, do: [{fail: {if: count == 1}}]}}
script: [{emit: a, every: 10ms, times: 2}]
"""
Ran = Callable[[str, str], Trace]


@pytest.fixture
def ran(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ran]:
    sessions: list[Session] = []

    def run(engine: str, text: str) -> Trace:
        request.getfixturevalue(engine)  # its broker
        path = tmp_path / "retry.yaml"
        path.write_text(text)
        session = Session(Settings(), trusted=bool)
        sessions.append(session)
        session.open_scenario(path)
        session.start(engine=engine, speed=math.inf)
        assert session.wait(PATIENCE_S), session.engine_state
        session.pump()
        return session.trace

    yield run
    for session in sessions:
        session.close()


def calls(trace: Trace, handler: str) -> list[tuple[int, int, Outcome]]:
    """Attempt, start in milliseconds and outcome of its calls, in order."""
    found: Any = trace.calls
    rows = [row for row in range(len(found)) if trace.names.text(int(found.handler[row])) == handler]
    return [
        (int(found.attempt[row]), round(int(found.started_ns[row]) / MS), Outcome(int(found.outcome[row])))
        for row in rows
    ]


@pytest.mark.parametrize("worker", ["inline", "thread"])
@pytest.mark.parametrize("engine", BROKERS)
def test_a_handler_is_called_again_after_its_backoff_until_it_succeeds_or_is_given_up(
    engine: str, worker: str, ran: Ran
) -> None:
    trace = ran(engine, TEXT.replace(" WORKER,", "" if worker == "inline" else f" worker: {worker},"))
    failed, ok = Outcome.FAILED, Outcome.OK
    assert calls(trace, "third_time") == [(1, 0, failed), (2, 100, failed), (3, 200, ok)]
    assert calls(trace, "never") == [(1, 2000, failed), (2, 3000, failed)]
    fate = trace.fates.of(trace).fate
    fates = {trace.names.text(int(event)): FATES[fate[row]] for row, event in enumerate(trace.dispatches.event)}
    assert fates == {"a": "retried", "b": "handled", "c": "dead"}


@pytest.mark.parametrize("engine", BROKERS)
def test_during_the_backoff_no_newer_event_of_the_handler_is_called(engine: str, ran: Ran) -> None:
    called = calls(ran(engine, ORDER), "h")
    assert called[0] == (1, 0, Outcome.FAILED)
    # Which of the two comes first after it is the broker's order.
    assert sorted(called[1:]) == [(1, 100, Outcome.OK), (2, 100, Outcome.OK)]
