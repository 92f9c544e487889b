"""Calls as coroutines on the run's loop, begun wherever their emit is."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

from bus.workers.loop_calls import LoopCalls

WHERE: ContextVar[str] = ContextVar("where", default="")


def test_a_call_runs_on_the_loop_in_the_context_of_its_emit_and_gives_what_it_failed_with() -> None:
    async def run() -> None:
        calls, error, seen = LoopCalls(), ValueError("x"), []

        async def call(payload: tuple[Any, ...]) -> BaseException | None:
            seen.append((payload, WHERE.get()))
            return error if payload else None

        begin = calls.deferring(call)

        def emit() -> list[Any]:
            WHERE.set("a thread")
            return [begin(()), begin((1,))]

        well, badly = await asyncio.to_thread(emit)
        while calls.in_flight():
            await calls.settle()
        assert seen == [((), "a thread"), ((1,), "a thread")]
        assert (well.exception(), badly.exception()) == (None, error)

    asyncio.run(run())


def test_what_has_not_ended_is_cancelled_with_the_run() -> None:
    async def run() -> None:
        calls, began = LoopCalls(), asyncio.Event()

        async def call(_: tuple[Any, ...]) -> None:
            began.set()
            await asyncio.Event().wait()

        deferred = calls.deferring(call)(())
        await began.wait()
        await calls.close()
        assert isinstance(deferred.exception(), asyncio.CancelledError)
        assert calls.in_flight() == 0

    asyncio.run(run())
