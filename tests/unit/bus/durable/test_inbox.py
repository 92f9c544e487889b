"""Many threads hand things to one loop: all come, each thread's in its order, and few turns are needed."""

from __future__ import annotations

import asyncio
import threading

from bus.durable.inbox import Inbox
from tests.helpers.patience import PATIENCE_S


async def test_all_that_threads_put_comes_in_the_order_of_each_thread() -> None:
    came: list[tuple[int, int]] = []
    over = asyncio.Event()

    def take(what: tuple[int, int]) -> None:
        came.append(what)
        if len(came) == 4 * 500:
            over.set()

    inbox = Inbox(asyncio.get_running_loop(), take, lambda: None)

    def put(thread: int) -> None:
        for number in range(500):
            inbox.put((thread, number))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.wait_for(over.wait(), PATIENCE_S)
    assert [[number for thread, number in came if thread == each] for each in range(4)] == [list(range(500))] * 4


async def test_what_comes_before_the_loop_looks_is_taken_in_one_turn() -> None:
    told: list[object] = []
    inbox: Inbox[int] = Inbox(asyncio.get_running_loop(), told.append, lambda: told.append("done"))
    for number in range(3):
        inbox.put(number)
    assert told == []
    await asyncio.sleep(0)
    assert told == [0, 1, 2, "done"]


async def test_what_is_put_while_others_are_taken_has_a_turn_of_its_own() -> None:
    told: list[object] = []

    def take(number: int) -> None:
        told.append(number)
        if number < 2:
            inbox.put(number + 1)

    inbox: Inbox[int] = Inbox(asyncio.get_running_loop(), take, lambda: told.append("done"))
    inbox.put(0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert told == [0, "done", 1, "done", 2, "done"]


def test_a_loop_that_is_closed_takes_nothing_and_nobody_fails() -> None:
    loop = asyncio.new_event_loop()
    told: list[int] = []
    inbox = Inbox(loop, told.append, lambda: None)
    loop.close()
    inbox.put(1)
    assert told == []
