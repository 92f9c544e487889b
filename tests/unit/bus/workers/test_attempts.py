"""Who calls a handler again when it fails, on every engine with every kind of worker, and what `retry` says of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from bus.engines import ENGINES
from bus.expectations.judge import judge
from bus.scenario import loads
from bus.trace import Trace
from bus.trace.fates import FATES
from bus.workers import INLINE, KINDS
from bus.workers.attempts import Attempts, CalledAgainBy, attempts_of, called_again_by
from buslens.records import Kind, Outcome

WORKERS = (INLINE, *KINDS)
KEEPING = [spec.id for spec in ENGINES.values() if spec.is_durable]
FORGETTING = [spec.id for spec in ENGINES.values() if not spec.is_durable]

MS = 1_000_000
ALONE = [spec.id for spec in ENGINES.values() if spec.is_embedded]
LOCAL = [INLINE, *(kind.id for kind in KINDS.values() if kind.broker is None)]
RETRYING = """
buslens: 1
events: {a: {}, b: {}, c: {}}
handlers:
  third_time: {on: a, WORKER, retry: {attempts: 5, backoff: 100ms}, do: [{fail: {if: count < 3}}, {emit: b}]}
  never: {on: c, WORKER, retry: {attempts: 2, backoff: 1s}, do: [{fail: {error: Broken}}]}
  behind: {on: [a, b, c], do: [{wait: 10ms}]}
script: [{emit: a, at: 0s}, {emit: c, at: 2s}]
expect:
  - {event: a, emitted: 1, retried: 1}
  - {event: b, handled: 1}
  - {handler: third_time, calls: 3, failed: 2, ok: 1}
  - {handler: never, calls: 2, failed: 2}
""".lstrip()


def saying(worker: str) -> str:
    return RETRYING.replace(" WORKER,", "" if worker == INLINE else f" worker: {worker},")


def calls(trace: Trace, handler: str) -> list[tuple[int, int, Outcome]]:
    """Attempt, start in milliseconds and outcome of its calls, in order."""
    found = trace.calls
    rows = [row for row in range(len(found)) if trace.names.text(int(found.handler[row])) == handler]
    return [
        (int(found.attempt[row]), round(int(found.started_ns[row]) / MS), Outcome(int(found.outcome[row])))
        for row in rows
    ]


def fates(trace: Trace) -> dict[str, str]:
    """By event, of which there was one each."""
    found = trace.fates.of(trace).fate
    return {trace.names.text(int(event)): FATES[found[row]] for row, event in enumerate(trace.dispatches.event)}


@pytest.mark.parametrize("worker", WORKERS)
@pytest.mark.parametrize("engine", KEEPING)
def test_an_engine_that_keeps_events_makes_them_whatever_does_the_work(engine: str, worker: str) -> None:
    assert attempts_of(5, ENGINES[engine], worker) == Attempts(by_engine=5, by_workers=1)


@pytest.mark.parametrize("engine", FORGETTING)
def test_where_an_engine_keeps_none_celery_makes_them_and_nobody_else(engine: str) -> None:
    made = {worker: attempts_of(5, ENGINES[engine], worker) for worker in WORKERS}
    assert made.pop("celery") == Attempts(by_engine=1, by_workers=5)
    assert set(made.values()) == {Attempts(by_engine=1, by_workers=1)}
    again = {called_again_by(ENGINES[engine], worker) for worker in made}
    assert again == {CalledAgainBy.NOBODY}


@pytest.mark.parametrize("worker", WORKERS)
@pytest.mark.parametrize("engine", ENGINES)
def test_where_a_handler_says_retry_every_engine_makes_them_whatever_does_the_work(engine: str, worker: str) -> None:
    assert attempts_of(5, ENGINES[engine], worker, retries=True) == Attempts(by_engine=5, by_workers=1)


@pytest.mark.parametrize("worker", LOCAL)
@pytest.mark.parametrize("engine", ALONE)
def test_it_is_called_again_after_its_backoff_until_it_succeeds_or_has_no_attempt_left(
    engine: str, worker: str, run: Any
) -> None:
    trace = run(saying(worker), engine=engine)
    failed, ok = Outcome.FAILED, Outcome.OK
    assert calls(trace, "third_time") == [(1, 0, failed), (2, 100, failed), (3, 200, ok)]
    assert calls(trace, "never") == [(1, 2000, failed), (2, 3000, failed)]
    fate = fates(trace)
    assert (fate["a"], fate["b"], fate["c"]) == ("retried", "handled", "dead" if engine in KEEPING else "lost")
    assert [
        verdict for verdict in judge(loads(saying(worker)).scenario.expect, trace, end_is_known=True) if not verdict.met
    ] == []


@pytest.mark.parametrize("engine", ALONE)
def test_a_consumer_that_dies_is_not_asked_again_only_a_broker_that_has_the_event_gives_it_to_another(
    engine: str, run: Any
) -> None:
    handler = "{on: a, retry: {attempts: 3, backoff: 1s}, do: [{crash: {if: count == 1}}]}"
    trace = run(f"events: {{a: {{}}}}\nhandlers: {{h: {handler}}}\nscript: [{{emit: a}}]", engine=engine)
    if engine in KEEPING:
        assert calls(trace, "h") == [(1, 0, Outcome.FAILED), (2, 0, Outcome.OK)]
    else:
        assert calls(trace, "h") == [(1, 0, Outcome.FAILED)]
        assert fates(trace)["a"] == "lost"


def test_an_engine_that_keeps_order_waits_with_what_is_newer_the_others_do_not(run: Any) -> None:
    text = (
        "events: {a: {}}\nhandlers: {h: {on: a, retry: {backoff: 100ms}, do: [{fail: {if: count == 1}}]}}\n"
        "script: [{emit: a, every: 10ms, times: 2}]"
    )
    failed, ok = Outcome.FAILED, Outcome.OK
    assert calls(run(text, engine="pyee"), "h") == [(1, 0, failed), (1, 10, ok), (2, 100, ok)]
    assert calls(run(text, engine="sqlite"), "h") == [(1, 0, failed), (2, 100, ok), (1, 100, ok)]


def test_a_broker_is_told_of_a_failure_when_the_backoff_is_over(run: Any) -> None:
    text = "events: {a: {}}\nhandlers: {h: {on: a, retry: {attempts: 2, backoff: 1s}, do: [{fail: always}]}}\n"
    trace = run(f"{text}script: [{{emit: a}}]", engine="sqlite")
    told = trace.deliveries
    steps = [
        (Kind(kind).name, round(time / MS))
        for kind, time in zip(told.view("kind").tolist(), told.view("time_ns").tolist(), strict=True)
        if kind in (Kind.REJECTED, Kind.REDELIVERED, Kind.DEAD_LETTERED)
    ]
    assert steps == [("REJECTED", 1000), ("REDELIVERED", 1000), ("REJECTED", 1000), ("DEAD_LETTERED", 1000)]


@pytest.mark.parametrize("engine", ALONE)
def test_a_backoff_that_varies_is_the_same_in_each_run_of_a_seed(engine: str, run: Any) -> None:
    handler = "{on: a, retry: {attempts: 4, backoff: 10ms..30ms}, do: [{fail: always}]}"
    text = f"events: {{a: {{}}}}\nhandlers: {{h: {handler}}}\nscript: [{{emit: a}}]"
    first, second, other = (run(text, engine=engine, seed=seed).calls.started_ns.tolist() for seed in (1, 1, 2))
    assert first == second != other
    assert len(first) == 4
    assert all(10 * MS <= after - before <= 30 * MS for before, after in pairwise(first))
