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

    def work_began(self) -> int:
        self.working += 1
        self.most = max(self.most, self.working)
        return self.working

    def take_turn(self, number: int) -> None:
        pass

    def work_ended(self) -> None:
        self.working -= 1


def await_rest(pool: ClockedPool, clock: Counting) -> int:
    """How many work when the pool has ended."""
    pool.shutdown()
    return clock.working


async def test_as_many_work_as_there_are_threads() -> None:
    clock, go = Counting(), threading.Event()
    pool = ClockedPool(2, clock, asyncio.get_running_loop())
    futures = [pool.submit(go.wait, 30) for _ in range(5)]
    assert (pool.outstanding, clock.working) == (5, 2)
    go.set()
    while pool.outstanding:
        await pool.settle()
    assert await_rest(pool, clock) == 0
    assert clock.most == 2
    assert all(future.result() for future in futures)


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
    assert await_rest(pool, clock) == 0


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
        pool.submit(int)
        return clock.sleep(S)  # on the loop's thread, which therefore has not heard of the end

    assert on_a_loop(use), "time stood still"


def test_no_time_passes_between_the_end_of_a_call_and_the_moment_when_the_loop_hears_of_it() -> None:
    async def use(clock: Clock, pool: ClockedPool) -> int:
        asyncio.get_running_loop().call_later(1, int)
        pool.submit(int)
        await pool.settle()
        return clock.time_ns()

    assert on_a_loop(use) == 0


def test_at_full_speed_one_works_at_a_time_and_the_first_that_is_free_is_the_next() -> None:
    """Else two runs of one seed would not be the same."""
    seen: list[tuple[str, int]] = []

    async def use(clock: Clock, pool: ClockedPool) -> None:
        def work(ns: int) -> None:
            for _ in range(3):
                clock.sleep(ns)
                seen.append((threading.current_thread().name, clock.time_ns()))

        for _ in range(2):
            pool.submit(work, 10)
        pool.submit(work, 1)

    on_a_loop(use)
    assert seen == [
        *(("worker_0", 10), ("worker_1", 10), ("worker_0", 20), ("worker_1", 20), ("worker_0", 30), ("worker_1", 30)),
        *(("worker_0", 31), ("worker_0", 32), ("worker_0", 33)),
    ]
