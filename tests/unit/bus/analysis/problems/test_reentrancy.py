"""Who is overtaken by an emit from inside is told; an order that nobody sees otherwise is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.reentrancy import DETECTOR
from bus.trace import Trace
from buslens.recorder import Recorder
from tests.helpers.planted import found, trace_of


def emitted(subscribe: Callable[[EventEmitter, list[int]], None]) -> tuple[Trace, list[int]]:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)
    seen: list[int] = []
    subscribe(emitter, seen)
    emitter.emit("value", 1)
    return trace_of(recorder), seen


def correct(emitter: EventEmitter) -> Callable[[int], None]:
    def clamp(value: int) -> None:
        if value == 1:
            emitter.emit("value", 2)

    return clamp


def test_a_handler_behind_one_that_emits_again_is_overtaken() -> None:
    def subscribe(emitter: EventEmitter, seen: list[int]) -> None:
        emitter.on("value", correct(emitter))
        emitter.on("value", seen.append)

    trace, seen = emitted(subscribe)
    assert seen == [2, 1]
    (finding,) = found(DETECTOR, trace)
    assert finding.severity == Severity.WARNING
    assert "saw value in the wrong order" in finding.title
    assert "clamp emits it again from inside" in finding.title
    assert finding.evidence.count == 1


def test_a_handler_before_it_sees_them_in_order() -> None:
    def subscribe(emitter: EventEmitter, seen: list[int]) -> None:
        emitter.on("value", seen.append)
        emitter.on("value", correct(emitter))

    trace, seen = emitted(subscribe)
    assert seen == [1, 2]
    assert not found(DETECTOR, trace)


def test_a_walk_through_a_tree_is_a_hint() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)

    def walk(depth: int) -> None:
        for _ in range(2 if depth else 0):
            emitter.emit("folder", depth - 1)

    emitter.on("folder", walk)
    emitter.on("folder", lambda depth: None)
    emitter.emit("folder", 3)
    assert [each.severity for each in found(DETECTOR, trace_of(recorder))] == [Severity.HINT]


def test_tasks_do_not_overtake() -> None:
    recorder = Recorder()

    async def main() -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)

        async def clamp(value: int) -> None:
            if value == 1:
                emitter.emit("value", 2)

        async def show(value: int) -> None: ...

        emitter.on("value", clamp)
        emitter.on("value", show)
        emitter.emit("value", 1)
        await emitter.wait_for_complete()

    asyncio.run(main())
    assert not found(DETECTOR, trace_of(recorder))


def test_another_event_from_inside_is_no_problem() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)
    emitter.on("saved", lambda: emitter.emit("indexed"))
    emitter.on("saved", lambda: None)
    emitter.on("indexed", lambda: None)
    emitter.emit("saved")
    assert not found(DETECTOR, trace_of(recorder))
