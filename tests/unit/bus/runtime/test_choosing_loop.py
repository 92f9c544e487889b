"""The loop that asks: what is due at one time comes in the chosen order, and by itself as on the engine's loop."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from bus.runtime.choices import ORDER, READY, Choices, Place
from bus.runtime.choosing_loop import ChoosingLoop
from bus.runtime.clock import Clock, S


def run(choices: Choices, *, hostile: bool = False) -> list[str]:
    """Three that wait for the same second, and one that is woken in it."""
    loop = ChoosingLoop(Clock(math.inf), choices, hostile=hostile)
    came: list[str] = []

    async def waits(name: str) -> None:
        await loop.pause(S, ("tick", name))
        came.append(name)
        await asyncio.sleep(0)
        came.append(name.upper())

    async def main() -> None:
        await asyncio.gather(*(waits(name) for name in "abc"))

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    return came


def test_by_itself_it_keeps_the_order_in_which_timers_were_set() -> None:
    assert run(Choices()) == ["a", "b", "c", "A", "B", "C"]


def test_a_later_timer_of_the_same_time_may_come_first() -> None:
    assert run(Choices({Place(ORDER, 0): 2}))[:3] == ["c", "a", "b"]


def test_what_is_ready_may_go_before_what_is_due() -> None:
    """The first is taken alone: it goes on, as if the others were late."""
    assert run(Choices({Place(ORDER, 1): 2, Place(ORDER, 2): 2}))[:2] == ["a", "A"]


def test_what_is_ready_keeps_its_order_unless_the_run_is_hostile() -> None:
    choices = Choices({Place(READY, 0): 1})
    assert run(choices) == ["a", "b", "c", "A", "B", "C"]
    assert READY not in choices.asked
    assert run(Choices({Place(READY, number): 1 for number in range(3)}), hostile=True) != run(Choices())


def test_those_among_whom_is_chosen_are_told_by_name() -> None:
    choices = Choices({Place(ORDER, 0): 1})
    told: list[list[str]] = []
    choices.heard = lambda _place, _take, among: told.append(list(among.told())) if among else None
    run(choices)
    assert told == [["a (tick)", "b (tick)", "c (tick)"]]


def test_where_nothing_will_ever_happen_that_is_said() -> None:
    loop = ChoosingLoop(Clock(math.inf), Choices())
    stuck: list[bool] = []

    async def main() -> None:
        waiting = loop.create_future()
        task = asyncio.current_task()
        assert task is not None
        loop.idle = both(lambda: stuck.append(True), task.cancel)
        await waiting

    try:
        loop.run_until_complete(main())
    except asyncio.CancelledError:
        assert stuck == [True]
    finally:
        loop.close()
    assert stuck


def both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], None]:
    """Call one and then the other."""

    def call() -> None:
        first()
        second()

    return call
