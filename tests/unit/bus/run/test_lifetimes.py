"""Events that expire: a call that would begin too late does not begin, on every engine, and its records say why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bus.trace import fates
from buslens.records import Decided, Outcome
from tests.helpers.told import logged

PYEE = ("pyee", "pyee-asyncio", "pyee-threads")

TEXT = """
events: {{a: {{ttl: 15ms}}, b: {{}}}}
handlers: {{h: {{on: a, {handler} do: [{{wait: 10ms}}, {{log: 'n ${{event.payload.n}}'}}]}}}}
script: [{{emit: a, with: {{n: $count}}, times: 4}}]
"""

EXPIRED = [
    "expired: a lives 15ms, and this call would have begun 5 ms after that",
    "expired: a lives 15ms, and this call would have begun 5 ms after that",
]


@pytest.mark.parametrize("engine", [*PYEE, "sqlite"])
@pytest.mark.parametrize("handler", ["concurrency: 1,", "order: n.x,"])
def test_a_copy_that_waits_longer_than_its_event_lives_is_not_handled(handler: str, engine: str, run: Any) -> None:
    trace = run(TEXT.format(handler=handler), engine=engine)
    assert logged(trace) == ["n 1", "n 2", *EXPIRED]
    assert trace.marks.decided.tolist() == [0, 0, Decided.EXPIRED, Decided.EXPIRED]
    found = trace.fates.of(trace)
    if engine == "sqlite":
        assert found.count(fates.DEAD) == 2
    else:
        assert found.why.tolist() == [0, 0, fates.EXPIRED, fates.EXPIRED]
        ended = trace.calls.outcome[np.argsort(trace.calls.dispatch, kind="stable")].tolist()
        assert ended == [Outcome.OK, Outcome.OK, Outcome.CANCELLED, Outcome.CANCELLED]


@pytest.mark.parametrize("engine", PYEE)
def test_a_copy_that_waits_for_a_worker_expires_too(engine: str, run: Any) -> None:
    trace = run(TEXT.format(handler="worker: thread, parallel: 1,"), engine=engine)
    assert logged(trace) == ["n 1", "n 2", *EXPIRED]


def test_a_service_does_not_work_for_what_has_expired(run: Any) -> None:
    trace = run("services: {s: {workers: 2}}\n" + TEXT.format(handler="service: s,").replace("times: 4", "times: 6"))
    assert logged(trace) == ["n 1", "n 2", "n 3", "n 4", *EXPIRED]


def test_another_attempt_that_would_come_too_late_is_not_made(run: Any) -> None:
    trace = run(
        "events: {a: {ttl: 15ms}}\n"
        "handlers: {h: {on: a, retry: {attempts: 9, backoff: 10ms}, do: [{fail: always}]}}\nscript: [{emit: a}]",
        engine="pyee-asyncio",
    )
    assert trace.calls.attempt.tolist() == [1, 2, 3]
    assert trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.FAILED, Outcome.CANCELLED]


def test_an_event_that_a_handler_emits_lives_its_own_life(run: Any) -> None:
    trace = run(
        "events: {a: {ttl: 15ms}, b: {}}\nhandlers:\n"
        "  g: {on: a, do: [{emit: b, times: 3}]}\n"
        "  h: {on: b, concurrency: 1, do: [{wait: 10ms}, {log: b}]}\nscript: [{emit: a}]"
    )
    assert logged(trace) == ["b", "b", "b"]


@pytest.mark.parametrize("engine", PYEE)
def test_what_pyee_emits_by_itself_does_not_expire_with_the_event_behind_it(engine: str, run: Any) -> None:
    trace = run(
        "events: {a: {ttl: 15ms}}\nhandlers:\n"
        "  h: {on: a, concurrency: 1, do: [{wait: 50ms}, {fail: always}]}\n"
        "  e: {on: error, do: [{log: heard}]}\nscript: [{emit: a}]",
        engine=engine,
    )
    assert "expired" not in "".join(logged(trace))
    assert ("heard" in logged(trace)) == (engine != "pyee")


def test_a_plain_handler_on_pyee_is_called_by_the_emit_and_nothing_expires(run: Any) -> None:
    trace = run(TEXT.format(handler="").replace("events:", "events:", 1), engine="pyee")
    assert logged(trace) == ["n 1", "n 2", "n 3", "n 4"]


@pytest.mark.parametrize("ttl", ["forever", "5", "exponential 5ms"])
def test_a_ttl_is_one_time(ttl: str, run: Any) -> None:
    with pytest.raises(Exception, match="expected a time such as 20ms"):
        run(f"events: {{a: {{ttl: {ttl}}}}}\nscript: []")


BATCHED = """
events: {{a: {{ttl: 10ms}}, b: {{}}}}
handlers: {{h: {{on: [a, b], {handler} do: [{{log: '${{event.payload.map(each, each.n)}}'}}, {{wait: 20ms}}]}}}}
script: [{script}]
"""
TWO_BATCHES = "{emit: a, with: {n: $count}, times: 2, every: 3ms}, {emit: a, with: {n: 8}}, {emit: b, with: {n: 9}}"


def told_of_batch(trace: Any) -> list[str]:
    return [text for text in logged(trace) if "batch" not in text]


@pytest.mark.parametrize("engine", [*PYEE, "sqlite"])
def test_each_copy_in_a_batch_lives_its_own_life(engine: str, run: Any) -> None:
    handler = "batch: {size: 9, within: 12ms}, attempts: 1,"
    script = "{emit: a, with: {n: $count}, times: 2, every: 3ms}"
    trace = run(BATCHED.format(handler=handler, script=script), engine=engine)
    assert told_of_batch(trace) == ["expired: a lives 10ms, and this call would have begun 2 ms after that", "[2]"]
    found = trace.fates.of(trace)
    if engine == "sqlite":
        assert found.count(fates.DEAD) == 1
    else:
        assert found.why.tolist() == [fates.EXPIRED, 0]
        assert sorted(trace.calls.outcome.tolist()) == [Outcome.OK, Outcome.CANCELLED]


@pytest.mark.parametrize("engine", PYEE)
@pytest.mark.parametrize("gate", ["concurrency: 1", "service: s", "worker: thread, parallel: 1"])
def test_a_batch_that_waits_loses_what_expires_meanwhile(gate: str, engine: str, run: Any) -> None:
    text = BATCHED.format(handler=f"batch: {{size: 2, within: 9ms}}, {gate},", script=TWO_BATCHES)
    trace = run(f"services: {{s: {{}}}}\n{text}", engine=engine)
    expired = "expired: a lives 10ms, and this call would have begun 10 ms after that"
    assert told_of_batch(trace) == ["[1, 2]", expired, "[9]"]


def test_a_batch_of_which_nothing_lives_is_not_handled(run: Any) -> None:
    handler, script = "batch: {size: 9, within: 12ms}, attempts: 1,", "{emit: a, with: {n: $count}, times: 2}"
    trace = run(BATCHED.format(handler=handler, script=script), engine="pyee-asyncio")
    assert told_of_batch(trace) == ["expired: a lives 10ms, and this call would have begun 2 ms after that"] * 2
    assert trace.calls.outcome.tolist() == [Outcome.CANCELLED] * 2


def test_the_call_whose_event_lives_longest_does_the_work_of_a_batch_and_says_so(run: Any) -> None:
    script = "{emit: a, with: {n: 1}}, {emit: b, with: {n: 2}}"
    trace = run(BATCHED.format(handler="batch: {size: 2},", script=script), engine="pyee-asyncio")
    first, second = trace.calls.id.tolist()
    assert logged(trace) == [
        f"in the batch of call {first}",
        f"in the batch of call {second}",
        "the batch is in this call: its event lives longest",
        "[1, 2]",
    ]
