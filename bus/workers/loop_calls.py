"""Calls as coroutines on the run's loop, where an engine runs none: its handler gives back what the call ends with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from typing import Any

from bus.runtime.unwinding import cancelled
from buslens.watching.deferred import Deferred

Payload = tuple[Any, ...]
Inner = Callable[[Payload], Awaitable[BaseException | None]]
"""One call from its payload to what it failed with."""


class LoopCalls:
    """Those of one run. Lives on its loop; what only asks is for any thread."""

    def __init__(self) -> None:
        self._open: set[Deferred] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()

    def deferring(self, run: Inner, loop: asyncio.AbstractEventLoop | None = None) -> Callable[[Payload], Deferred]:
        """What begins a call from whatever thread, in the context of there; its call ends when what it gives does.

        loop: that of the run; None: the one that runs here.
        """
        loop = loop or asyncio.get_running_loop()

        def defer(payload: Payload) -> Deferred:
            deferred = Deferred()
            self._open.add(deferred)
            with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
                loop.call_soon_threadsafe(self._begin, run, payload, deferred, copy_context())
            return deferred

        return defer

    def in_flight(self) -> int:
        """Calls that have not ended."""
        return len(self._open)

    async def settle(self) -> None:
        """Wait until one of them ends, where there is any."""
        self._ended.clear()
        if self._open:
            await self._ended.wait()

    async def close(self) -> None:
        """End those that have not."""
        await cancelled(self._tasks)

    def _begin(self, run: Inner, payload: Payload, deferred: Deferred, context: Context) -> None:
        task = asyncio.get_running_loop().create_task(self._call(run, payload, deferred), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, run: Inner, payload: Payload, deferred: Deferred) -> None:
        failed: BaseException | None = asyncio.CancelledError("the run was stopped")
        try:
            failed = await run(payload)
        finally:
            if failed is None:
                deferred.set_result(None)
            else:
                deferred.set_exception(failed)
            self._open.discard(deferred)
            self._ended.set()
