"""A pool of threads takes part in the clock: it works while it has calls, however many wait."""

from __future__ import annotations

import asyncio
import threading

from bus.runtime.threads import ClockedPool


class Counting:
    """Stands for the clock."""

    def __init__(self) -> None:
        self.working = 0
        self.most = 0

    def work_began(self) -> None:
        self.working += 1
        self.most = max(self.most, self.working)

    def work_ended(self) -> None:
        self.working -= 1


async def test_as_many_work_as_there_are_threads() -> None:
    clock, go = Counting(), threading.Event()
    pool = ClockedPool(2, clock, asyncio.get_running_loop())
    futures = [pool.submit(go.wait, 30) for _ in range(5)]
    assert (pool.outstanding, clock.working) == (5, 2)
    go.set()
    while pool.outstanding:
        await pool.settle()
    assert (clock.working, clock.most) == (0, 2)
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
    assert clock.working == 0
    pool.shutdown()
