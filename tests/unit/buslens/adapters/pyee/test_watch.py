"""What a handler gives is followed where its emitter follows it, and left alone where somebody else may."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts

pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited", "ignore:There is no current event loop"
)


async def stream(*_: object) -> Any:
    yield 1


async def nothing_later(*_: object) -> None: ...


class Awaitable:
    def __await__(self) -> Generator[None]:
        yield


def outcomes(facts: Facts, event: str) -> list[tuple[str, Outcome]]:
    return [(call.handler.rpartition(".")[2], call.outcome) for found in facts.of(event) for call in found.calls]


async def test_a_handler_that_returns_a_future_runs_until_that_is_done() -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter)
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    emitter.on("x", lambda: future)
    emitter.emit("x")
    facts = Facts(probe.recorder)
    assert outcomes(facts, "x") == [("<lambda>", Outcome.RUNNING)]
    future.set_result(1)
    await asyncio.sleep(0)
    assert outcomes(facts.read(), "x") == [("<lambda>", Outcome.OK)]


async def test_asyncio_ignores_what_is_neither_coroutine_nor_future() -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter)
    emitter.on("x", stream)
    emitter.on("x", lambda *_: Awaitable())
    emitter.emit("x")
    await emitter.wait_for_complete()
    assert [call.outcome for call in Facts(probe.recorder).one("x").calls] == [Outcome.NEVER_RAN] * 2


async def test_a_task_that_is_given_back_runs_anyway() -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    tasks: list[Any] = []

    def schedules() -> Any:
        tasks.append(asyncio.get_running_loop().create_task(nothing_later()))
        return tasks[-1]

    emitter.on("x", schedules)
    emitter.on("x", lambda: [1, 2])
    emitter.on("x", lambda: (number for number in range(3)))
    emitter.emit("x")
    await asyncio.wait(tasks)
    assert [call.outcome for call in Facts(probe.recorder).one("x").calls] == [Outcome.OK] * 3


def test_an_emitter_of_the_program_may_await_what_it_collects() -> None:
    class Collecting(EventEmitter):
        def __init__(self) -> None:
            super().__init__()
            self.given: list[Any] = []

        def _emit_run(self, f: Any, args: Any, kwargs: Any) -> None:
            self.given.append(f(*args, **kwargs))

    emitter = Collecting()
    probe = buslens.attach(emitter)
    emitter.on("x", nothing_later)
    emitter.on("y", nothing_later)
    emitter.emit("x")
    emitter.emit("y")
    asyncio.run(emitter.given.pop(0))
    emitter.given.clear()
    facts = Facts(probe.recorder)
    assert [call.outcome for event in "xy" for call in facts.one(event).calls] == [Outcome.OK, Outcome.NEVER_RAN]
