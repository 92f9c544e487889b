"""Sagas: where a call fails, the steps that were done are undone, the last one first, wherever the steps run."""

from __future__ import annotations

from typing import Any

import pytest

from bus.trace import Trace
from buslens.records import Decided, Outcome
from tests.helpers.told import events, failure, logged

ENGINES = ("pyee", "pyee-asyncio", "pyee-threads", "sqlite")
MS = 1_000_000


def scenario(end: str, handler: str = "", undo: str = "") -> str:
    return (
        "events: {a: {}, b: {}, c: {}}\nhandlers:\n"
        f"  h:\n    on: a\n    attempts: 1\n{handler}"
        "    do:\n"
        f"      - {{step: one, do: [{{wait: 1ms}}], undo: [{{wait: 1ms}}, {{emit: b}}]}}\n"
        f"      - {{step: two, do: [{{log: two}}], undo: [{undo}{{log: back}}]}}\n"
        f"      - {{step: three, do: [{end}], undo: [{{log: never}}]}}\n"
        "script: [{emit: a}]"
    )


DONE = ["saga: one is done", "two", "saga: two is done"]
UNDONE = ["back", "saga: two is undone", "saga: one is undone"]


def said(trace: Trace) -> list[str]:
    return [text for text in logged(trace) if "marked" not in text]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("handler", ["", "    worker: thread\n", "    concurrency: 2\n"])
def test_what_was_done_is_undone_the_last_step_first(handler: str, engine: str, run: Any) -> None:
    trace = run(scenario("{fail: {error: CardDeclined}}", handler), engine=engine)
    assert said(trace) == [*DONE, *UNDONE]
    assert trace.marks.decided[trace.marks.decided > 0].tolist() == [Decided.UNDONE, Decided.UNDONE]
    assert failure(trace)[0] == "CardDeclined"
    assert "b" in events(trace)
    assert trace.calls.ended_ns[0] - trace.calls.started_ns[0] == 2 * MS


@pytest.mark.parametrize("engine", ENGINES)
def test_a_saga_that_succeeds_undoes_nothing(engine: str, run: Any) -> None:
    trace = run(scenario("{log: x}"), engine=engine)
    assert said(trace) == [*DONE, "x", "saga: three is done"]
    assert trace.calls.outcome.tolist() == [Outcome.OK]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_undo_that_fails_keeps_no_other_from_being_done(engine: str, run: Any) -> None:
    trace = run(scenario("{fail: always}", undo="{fail: {error: Gone, message: no}}, "), engine=engine)
    assert said(trace) == [*DONE, "saga: two could not be undone, for Gone: no", "saga: one is undone"]
    assert trace.marks.decided[trace.marks.decided > 0].tolist() == [Decided.NOT_UNDONE, Decided.UNDONE]
    assert failure(trace)[0] == "HandlerFailed"


def test_a_call_that_has_timed_out_is_undone(run: Any) -> None:
    trace = run(scenario("{wait: forever}", "    timeout: 20ms\n"))
    assert said(trace) == [*DONE, *UNDONE]
    assert trace.calls.outcome.tolist() == [Outcome.TIMED_OUT]
    assert trace.calls.ended_ns.tolist() == [21 * MS]


def test_each_attempt_undoes_what_it_has_done(run: Any) -> None:
    trace = run(scenario("{fail: always}", "    retry: {attempts: 2}\n").replace("    attempts: 1\n", ""))
    assert said(trace) == [*DONE, *UNDONE] * 2


@pytest.mark.parametrize("crash", ["{crash: always}", "{wait: 10ms}"])
def test_what_dies_undoes_nothing(crash: str, run: Any) -> None:
    trace = run(scenario(crash) + "\nfaults: [{crash: h, at: 5ms, for: 1ms}]")
    assert [text for text in said(trace) if text.startswith("saga")] == ["saga: one is done", "saga: two is done"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("handler", "end"), [("", "{fail: always}"), ("    timeout: 2ms\n", "{wait: 10ms}")])
def test_a_service_that_crashes_while_it_undoes_leaves_the_rest_undone(
    handler: str, end: str, engine: str, run: Any
) -> None:
    text = scenario(end, handler, undo="{wait: 10ms}, ") + "\nfaults: [{crash: h, at: 5ms, for: 1ms}]"
    trace = run(text, engine=engine)
    assert said(trace)[:3] == DONE
    assert "saga: two is undone" not in said(trace)[:4]
    assert trace.calls.ended_ns[0] == 5 * MS
    assert failure(trace)[0] == "ConsumerDied"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_consumer_that_dies_in_an_undo_leaves_the_rest_undone(engine: str, run: Any) -> None:
    trace = run(scenario("{fail: always}", undo="{crash: {every: 1}}, "), engine=engine)
    assert "saga: one is undone" not in said(trace)
    assert failure(trace)[0] == "ConsumerDied"


def test_a_mistake_inside_of_a_step_has_its_place(run: Any) -> None:
    with pytest.raises(Exception, match=r":8:67: no event d"):
        run(scenario("{log: x}").replace("{emit: b}", "{emit: d}"))
    with pytest.raises(Exception, match="unknown key undoes"):
        run(scenario("{log: x}").replace("undo: [{log: never}]", "undoes: []"))
