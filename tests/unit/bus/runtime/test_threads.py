"""A pool of threads takes part in the clock: it works while it has calls, however many wait."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable

from bus.runtime.clock import Clock, S
from bus.runtime.loop import EngineLoop
from bus.runtime.threads import ClockedPool
from tests.helpers.patience import PATIENCE_S


class Counting:
    """Stands for the clock."""

    def __init__(self) -> None:
        self.working = 0
        self.most = 0
        self.held = 0

    def work_began(self) -> None:
        self.working += 1
        self.most = max(self.most, self.working)

    def work_ended(self) -> None:
        self.working -= 1

    def hold(self) -> None:
        self.held += 1

    def unhold(self) -> None:
        self.held -= 1


async def test_as_many_work_as_there_are_threads() -> None:
    clock, go = Counting(), threading.Event()
    pool = ClockedPool(2, clock, asyncio.get_running_loop())
    futures = [pool.submit(go.wait, 30) for _ in range(5)]
    assert (pool.outstanding, clock.working) == (5, 2)
    go.set()
    while pool.outstanding:
        await pool.settle()
    assert (clock.working, clock.most, clock.held) == (0, 2, 0)
    assert all(future.result() for future in futures)
    pool.shutdown()


async def test_what_is_cancelled_before_it_begins_never_runs() -> None:
    clock, go = Counting(), threading.Event()
    pool = ClockedPool(1, clock, asyncio.get_running_loop())
    ran: list[int] = []
    pool.submit(go.wait, 30)
    late = pool.submit(ran.append, 1)
    assert late.cancel()
    go.set()
    while pool.outstanding:
        await pool.settle()
    assert ran == []
    assert (clock.working, clock.held) == (0, 0)
    pool.shutdown()


def on_a_loop(use: Callable[[Clock, ClockedPool], Awaitable[object]]) -> object:
    """Use a pool on a loop that lives on a clock at full speed; a clock that stands still is stopped in the end."""
    clock = Clock(math.inf)
    loop, impatience = EngineLoop(clock), threading.Timer(PATIENCE_S, clock.stop)
    impatience.start()

    async def main() -> object:
        pool = ClockedPool(2, clock, asyncio.get_running_loop())
        used = await use(clock, pool)
        while pool.outstanding:
            await pool.settle()
        pool.shutdown()
        return used

    try:
        return loop.run_until_complete(main())
    finally:
        impatience.cancel()
        loop.close()


def test_a_call_that_has_ended_holds_nobody_up_who_blocks_the_loop() -> None:
    async def use(clock: Clock, pool: ClockedPool) -> bool:
        pool.submit(int).result(PATIENCE_S)
        return clock.sleep(S)  # on the loop's thread, which therefore has not heard of the end

    assert on_a_loop(use), "time stood still"


def test_no_time_passes_between_the_end_of_a_call_and_the_moment_when_the_loop_hears_of_it() -> None:
    async def use(clock: Clock, pool: ClockedPool) -> int:
        asyncio.get_running_loop().call_later(1, int)
        pool.submit(int)
        await pool.settle()
        return clock.time_ns()

    assert on_a_loop(use) == 0
