"""Cancelling calls that still run when an engine closes."""

from __future__ import annotations

import asyncio

_TURNS = 100
"""Turns of the loop that a handler has which refuses to be cancelled."""


async def cancelled(calls: set[asyncio.Task[None]]) -> None:
    """Cancel them until they are gone, which they do by themselves, or will not go."""
    for _ in range(_TURNS):
        if not calls:
            return
        for task in list(calls):
            task.cancel()
        await asyncio.sleep(0)
