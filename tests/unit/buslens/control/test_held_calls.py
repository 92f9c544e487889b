"""A held call: its task waits before the first step, is decided on once, and is then the handler's coroutine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pyee.asyncio import AsyncIOEventEmitter

from buslens.adapters import attach
from buslens.control.held_calls import DROPPED, GOES, HeldCall, HeldCoroutine
from buslens.recorder import Recorder
from buslens.watching import held
from tests.helpers.holding import turns_until


class Held:
    """An emitter on which each call of a coroutine handler is held."""

    def __init__(self) -> None:
        self.bus, self.calls, self.seen = AsyncIOEventEmitter(), [], []
        probe = attach(self.bus, Recorder())
        assert probe.hooks is not None
        probe.hooks.watch.hold = self._hold
        self.calls: list[HeldCall]
        self.seen: list[Any]

    def _hold(self, watch: Any, coroutine: Any, begin: Any, name: Any) -> HeldCoroutine:
        call = HeldCall(len(self.calls) + 1, "e", name.text, begin, coroutine)
        self.calls.append(call)
        return HeldCoroutine(call)

    def emit(self, handler: Callable[..., Any], *args: Any) -> asyncio.Task[Any]:
        self.bus.on("e", handler)
        self.bus.emit("e", *args)
        (task,) = self.bus._waiting
        return task


@pytest.fixture
def bus() -> Held:
    return Held()


async def test_decided_on_before_the_tasks_first_step_it_does_not_wait(bus: Held) -> None:
    async def handler(value: int) -> None:
        bus.seen.append(value)

    task = bus.emit(handler, 1)
    assert bus.calls[0].decide(GOES)
    await asyncio.sleep(0)
    assert task.done()
    assert bus.seen == [1]
    assert not bus.calls[0].decide(DROPPED)


async def test_it_waits_until_then_and_awaits_and_returns_as_ever(bus: Held) -> None:
    async def handler() -> str:
        await asyncio.sleep(0)
        return "result"

    task = bus.emit(handler)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    bus.calls[0].decide(GOES)
    assert await task == "result"


async def test_dropped_its_task_ends_with_nothing(bus: Held) -> None:
    async def handler() -> None:
        bus.seen.append("ran")

    task = bus.emit(handler)
    await asyncio.sleep(0)
    bus.calls[0].decide(DROPPED)
    assert await task is None
    assert bus.seen == []


async def test_another_coroutine_takes_its_place(bus: Held) -> None:
    async def handler(value: int) -> None:
        bus.seen.append(value)

    task = bus.emit(handler, 1)
    await asyncio.sleep(0)
    call = bus.calls[0]
    assert call.decide(GOES, held.with_arguments(call.coroutine, handler, (2,)))
    await task
    assert bus.seen == [2]
    assert not call.decide(GOES, held.with_arguments(call.coroutine, handler, (3,)))


async def test_a_task_that_is_cancelled_waits_for_nobody(bus: Held) -> None:
    gone: list[int] = []

    async def handler() -> None:
        bus.seen.append("ran")

    task = bus.emit(handler)
    bus.calls[0].on_gone = lambda call: gone.append(call.number)
    await asyncio.sleep(0)
    task.cancel()
    await turns_until(task.done)
    assert task.cancelled()
    assert gone == [1]
    assert not bus.calls[0].decide(GOES)
    assert bus.seen == []


async def test_it_looks_like_the_coroutine_that_it_stands_for(bus: Held) -> None:
    async def handler() -> None:
        """Nothing."""

    task = bus.emit(handler)
    stand_in = task.get_coro()
    assert asyncio.iscoroutine(stand_in)
    assert stand_in.cr_code is handler.__code__  # type: ignore[attr-defined]
    assert "handler" in repr(stand_in)
    bus.calls[0].decide(GOES)
    await task


def test_a_loop_that_has_ended_is_no_trouble_for_whoever_decides(bus: Held) -> None:
    async def handler() -> None:
        """Nothing."""

    async def main() -> None:
        bus.emit(handler)
        await asyncio.sleep(0)

    asyncio.run(main())  # which cancels what it leaves
    assert not bus.calls[0].decide(GOES)
