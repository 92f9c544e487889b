"""What pyee waits for while a call is held ends as the call does, or is cancelled with it."""

from __future__ import annotations

import asyncio

import pytest

from bus.engines.pyee.parking import HeldFuture


async def work(error: BaseException | None = None) -> None:
    """A handler."""
    if error is not None:
        raise error


async def test_it_ends_as_its_call_does() -> None:
    loop = asyncio.get_running_loop()
    for error in (None, ValueError("no")):
        call = work(error)
        future = HeldFuture(call, loop=loop)
        future.begin(loop.create_task(call))
        await asyncio.wait([future])
        assert future.exception() is error


async def test_cancelled_before_its_call_began_it_closes_the_coroutine() -> None:
    call = work()
    future = HeldFuture(call, loop=asyncio.get_running_loop())
    assert future.cancel()
    assert future.cancelled()
    assert call.cr_frame is None


async def test_cancelled_while_its_call_runs_it_cancels_that() -> None:
    loop = asyncio.get_running_loop()
    call = asyncio.sleep(3_600)
    future = HeldFuture(call, loop=loop)
    future.begin(loop.create_task(call))
    await asyncio.sleep(0)
    assert future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future
