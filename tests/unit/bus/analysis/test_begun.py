"""When calls began, and how long they waited before, is one number wherever they waited."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis.begun import Waits, begun_ns_of
from buslens.records import Kind, Outcome
from tests.helpers.planted import Story

MS = 1_000_000
FOUR = "\nscript: [{emit: a, times: 4}]"


@pytest.mark.parametrize(
    "handler",
    ["concurrency: 1", "order: n", "worker: thread, parallel: 1", "worker: process, parallel: 1", "service: s"],
)
def test_a_call_has_begun_when_its_turn_or_its_worker_has(handler: str, run: Any) -> None:
    services = "services: {s: {workers: 1}}\n" if "service" in handler else ""
    trace = run(
        f"events: {{a: {{}}}}\n{services}handlers: {{h: {{on: a, {handler}, do: [{{wait: 10ms}}]}}}}{FOUR}",
        engine="pyee-asyncio",
    )
    assert begun_ns_of(trace).tolist() == [0, 10 * MS, 20 * MS, 30 * MS]
    waits = Waits(trace)
    assert waits.ended_ns.tolist() == [0, 10 * MS, 20 * MS, 30 * MS]
    assert not waits.is_open.any()
    assert not waits.is_unknown.any()


@pytest.mark.parametrize(("overflow", "ended"), [("drop_oldest", [0, 0, 0, 10]), ("reject", [0, 10, 0, 0])])
def test_what_is_given_up_has_waited_until_then(overflow: str, ended: list[int], run: Any) -> None:
    trace = run(
        f"events: {{a: {{}}}}\nservices: {{s: {{workers: 1, queue: {{limit: 1, overflow: {overflow}}}}}}}\n"
        f"handlers: {{h: {{on: a, service: s, do: [{{wait: 10ms}}]}}}}{FOUR}",
        engine="pyee-asyncio",
    )
    waits = Waits(trace)
    assert waits.ended_ns.tolist() == [each * MS for each in ended]
    assert not waits.is_unknown.any()


def test_what_waits_at_the_end_waits_still(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers: {h: {on: a, concurrency: 1, do: [{wait: forever}]}}\nscript: [{emit: a, times: 3}]",
        engine="pyee-asyncio",
    )
    assert trace.calls.outcome.tolist() == [Outcome.RUNNING] * 3
    assert Waits(trace).is_open.tolist() == [False, True, True]


def test_a_worker_that_nobody_saw_begin_is_unknown() -> None:
    story = Story()
    call = story.begin(story.emit("a", 1), "h", "a")
    story.recorder.delivery(Kind.WORK_SENT, 0, story.recorder.queue("workers"), call)
    story.end(call)
    assert Waits(story.trace()).is_unknown.tolist() == [True]
