"""A run's thread: it lives one life, says why it failed, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from bus.errors import UserError
from bus.run.thread import EngineThread
from bus.runtime.clock import Clock
from bus.runtime.loop import EngineLoop
from tests.helpers.patience import PATIENCE_S


class Played:
    """A life that a test plays."""

    def __init__(self, live: Callable[[], Awaitable[None]]) -> None:
        self._live = live
        self.ended: list[str] = []

    async def live(self) -> None:
        await self._live()

    def let_go(self) -> None:
        self.ended.append("let go")

    def close(self) -> None:
        self.ended.append("closed")

    def over(self) -> None:
        self.ended.append("over")


def lived(live: Callable[[], Awaitable[None]]) -> tuple[EngineThread, Played]:
    """Both, when it is over."""
    life = Played(live)
    thread = EngineThread(EngineLoop(Clock()), life)
    thread.start()
    assert thread.join(PATIENCE_S)
    return thread, life


async def mistaken() -> None:
    raise UserError("there is no broker", hint="start one")


async def broken() -> None:
    raise KeyError("x")


def test_a_person_s_mistake_is_told_as_it_was_said() -> None:
    thread, life = lived(mistaken)
    assert thread.failure.startswith("there is no broker")
    assert life.ended == ["let go", "closed", "over"]


def test_a_mistake_of_ours_is_told_by_its_type_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "buslens"):
        thread, life = lived(broken)
    assert thread.failure == "the engine failed: KeyError: 'x'"
    assert "the engine failed" in caplog.text
    assert life.ended == ["let go", "closed", "over"]


def test_who_ends_it_from_outside_gets_no_failure_and_what_it_began_is_cancelled() -> None:
    cancelled: list[str] = []

    async def forever(name: str) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            cancelled.append(name)
            raise

    async def live() -> None:
        beside = asyncio.get_running_loop().create_task(forever("beside"))
        await forever("life")
        await beside

    life = Played(live)
    thread = EngineThread(EngineLoop(Clock()), life)
    thread.start()
    thread.call(thread.call, thread.cancel)  # a turn later both tasks have begun
    assert thread.join(PATIENCE_S)
    assert thread.failure == ""
    assert sorted(cancelled) == ["beside", "life"]
    thread.call(cancelled.append, "nobody hears it any more")
    assert len(cancelled) == 2
