"""Events that come to the bus later than they were emitted: by a time, or behind the next one of their name."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from bus.runtime.loop import EngineLoop
from bus.workers.loop_calls import LoopCalls

Send = Callable[[str, Any], None]
"""Gives the bus an event, with a payload that was checked."""


class LateEmits:
    """Of one run, on its loop; told from any thread."""

    def __init__(self, on_loop: LoopCalls, loop: EngineLoop) -> None:
        """on_loop: what counts them as in flight."""
        self._on_loop, self._loop = on_loop, loop
        self._behind: dict[str, list[asyncio.Future[None]]] = {}
        """By event: those that wait for the next one to go ahead."""

    def later(self, event: str, payload: Any, times: int, late_ns: int, behind_ns: int | None, send: Send) -> None:
        """In the context of here, so that its cause is the call that emits it.

        late_ns: so much later. behind_ns: behind the next one, or after so long where none comes; None: not behind it.
        """
        loop = self._loop
        ahead: asyncio.Future[None] | None = None
        if behind_ns is not None:
            ahead = loop.create_future()
            self._behind.setdefault(event, []).append(ahead)

        async def go(_: tuple[Any, ...]) -> None:
            if ahead is not None:
                timer = loop.create_task(loop.pause(behind_ns or 0))
                await asyncio.wait([timer, ahead], return_when=asyncio.FIRST_COMPLETED)
                timer.cancel()
                waiting = self._behind.get(event, [])  # asked once: an emit on another thread may take it away
                if ahead in waiting:
                    waiting.remove(ahead)
            if late_ns:
                await loop.pause(late_ns)
            for _again in range(times):
                with contextlib.suppress(Exception):  # the timeline shows it, on the call that failed
                    send(event, payload)

        self._on_loop.deferring(go, loop)(())

    def gone_ahead(self, event: str) -> None:
        """One of them has gone to the bus: those that wait for that go too."""
        waiting = self._behind.pop(event, ())
        for ahead in waiting:
            self._loop.call_soon_threadsafe(_wake, ahead)


def _wake(ahead: asyncio.Future[None]) -> None:
    if not ahead.done():
        ahead.set_result(None)
