"""The engine's loop: its timers come due on the engine's clock, and what comes from outside is heard."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
from collections.abc import Iterator

import pytest

from bus.runtime.clock import Clock
from bus.runtime.loop import ROUNDS, EngineLoop

PATIENCE_S = 60.0


@pytest.fixture
def clock() -> Clock:
    return Clock(math.inf)


@pytest.fixture
def loop(clock: Clock) -> Iterator[EngineLoop]:
    loop = EngineLoop(clock)
    yield loop
    loop.close()


def test_at_full_speed_a_day_takes_no_time_and_ends_to_the_nanosecond(clock: Clock, loop: EngineLoop) -> None:
    loop.run_until_complete(asyncio.sleep(86_400))
    assert clock.time_ns() == 86_400 * 1_000_000_000


def test_a_jump_of_the_clock_needs_nobody_to_wake_the_loop(
    clock: Clock, loop: EngineLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was awake when it asked for the time; a byte through a socket for each timer took a third of a run."""
    woken = []
    clock.serve(lambda: woken.append(clock.time_ns()))

    async def waits() -> None:
        for _ in range(50):
            await asyncio.sleep(0.001)

    loop.run_until_complete(waits())
    assert not woken


def test_a_clock_that_somebody_else_moves_wakes_the_loop(loop: EngineLoop, clock: Clock) -> None:
    clock.freeze("a test")
    thawing = threading.Thread(target=clock.thaw, args=("a test",))

    async def waits() -> None:
        loop.call_soon(thawing.start)
        await asyncio.wait_for(asyncio.sleep(1), None)

    loop.run_until_complete(waits())
    thawing.join(PATIENCE_S)
    assert clock.time_ns() == 1_000_000_000


def test_another_thread_is_heard_while_the_loop_waits_for_ever(loop: EngineLoop) -> None:
    async def waits() -> str:
        told: asyncio.Future[str] = loop.create_future()
        threading.Thread(target=loop.call_soon_threadsafe, args=(told.set_result, "hello")).start()
        return await told

    assert loop.run_until_complete(waits()) == "hello"


def test_a_socket_is_heard_while_the_loop_is_busy(loop: EngineLoop) -> None:
    here, there = socket.socketpair()
    heard: list[bytes] = []
    rounds = 0

    async def busy() -> None:
        nonlocal rounds
        loop.add_reader(here, lambda: heard.append(here.recv(16)))
        there.send(b"hello")
        while not heard and rounds < 10 * ROUNDS:
            rounds += 1
            await asyncio.sleep(0)
        loop.remove_reader(here)

    loop.run_until_complete(busy())
    here.close()
    there.close()
    assert heard == [b"hello"]
    assert rounds <= 2 * ROUNDS
