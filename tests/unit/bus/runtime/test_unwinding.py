"""When an engine closes, calls that still run end: also those that need a moment, and not those that never would."""

from __future__ import annotations

import asyncio
import contextlib

from bus.runtime.unwinding import cancelled


async def for_ever() -> None:
    await asyncio.Event().wait()


def tracked(*coroutines: object) -> set[asyncio.Task[None]]:
    """Tasks that leave the set when they end, as an engine's do."""
    calls: set[asyncio.Task[None]] = set()
    for coroutine in coroutines:
        task = asyncio.ensure_future(coroutine)  # type: ignore[call-overload]
        calls.add(task)
        task.add_done_callback(calls.discard)
    return calls


async def test_calls_are_gone_when_it_returns() -> None:
    calls = tracked(for_ever(), for_ever())
    await asyncio.sleep(0)
    await cancelled(calls)
    assert calls == set()


async def test_a_call_that_has_not_begun_never_does() -> None:
    begun = []

    async def begins() -> None:
        begun.append(1)

    await cancelled(tracked(begins()))
    assert begun == []


async def test_a_handler_may_clean_up_and_be_cancelled_again_while_it_does() -> None:
    cleaned = []

    async def cleans_up() -> None:
        for name in ("first", "second"):
            try:
                await for_ever()
            except asyncio.CancelledError:
                cleaned.append(name)

    calls = tracked(cleans_up())
    await asyncio.sleep(0)
    await cancelled(calls)
    assert cleaned == ["first", "second"]
    assert calls == set()


async def test_a_handler_that_refuses_for_ever_does_not_keep_the_engine() -> None:
    refuses = True

    async def stubborn() -> None:
        while refuses:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)

    calls = tracked(stubborn())
    await asyncio.sleep(0)
    await cancelled(calls)
    assert len(calls) == 1
    refuses = False
    await asyncio.wait(calls)
