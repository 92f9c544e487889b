"""A life on a loop: it begins, fails in words, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import math

from bus.errors import UserError
from bus.run.living import live
from bus.runtime.clock import Clock
from bus.runtime.loop import EngineLoop


class Failing:
    """A life that leaves a task behind and fails."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.left: asyncio.Task[None] | None = None

    async def live(self) -> None:
        self.left = asyncio.get_running_loop().create_task(self._never())
        await asyncio.sleep(0)
        raise UserError("the script cannot go on")

    async def _never(self) -> None:
        await asyncio.get_running_loop().create_future()

    def let_go(self) -> None:
        self.told.append("let go")

    def close(self) -> None:
        self.told.append("closed")

    def over(self) -> None:
        self.told.append("over")


def test_what_it_failed_with_is_told_before_it_is_cleared_away() -> None:
    life, loop = Failing(), EngineLoop(Clock(math.inf))
    begun: list[asyncio.Task[None]] = []
    live(loop, life, begun=begun.append, failed=life.told.append)
    assert life.told == ["the script cannot go on", "let go", "closed", "over"]
    assert len(begun) == 1
    assert loop.is_closed()
    assert life.left is not None
    assert life.left.cancelled()
