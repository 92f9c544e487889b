"""The engine's loop: its timers come due on the engine's clock, and what comes from outside is heard."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.runtime.clock import Clock, S
from bus.runtime.loop import EngineLoop
from tests.helpers.patience import PATIENCE_S

FILES = Path("/proc/self/fd")


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


def test_timers_of_one_time_come_due_in_the_order_in_which_they_were_set(loop: EngineLoop) -> None:
    came: list[int] = []

    async def waits(number: int) -> None:
        await loop.pause(S)
        came.append(number)

    async def main() -> None:
        await asyncio.gather(*(waits(number) for number in range(100)))

    loop.run_until_complete(main())
    assert came == list(range(100))


def test_a_pause_is_exact_where_seconds_would_be_rounded(clock: Clock, loop: EngineLoop) -> None:
    year = 366 * 86_400 * S
    loop.run_until_complete(loop.pause(year))
    loop.run_until_complete(loop.pause(1))
    assert clock.time_ns() == year + 1


def test_no_time_passes_for_a_timer_that_was_cancelled(clock: Clock, loop: EngineLoop) -> None:
    async def main() -> None:
        loop.call_later(60, came.append, "too late").cancel()
        await loop.pause(S)

    came: list[str] = []
    loop.run_until_complete(main())
    assert clock.time_ns() == S
    assert not came


def test_timers_that_were_cancelled_do_not_pile_up(loop: EngineLoop) -> None:
    async def main() -> int:
        for _ in range(10_000):
            async with asyncio.timeout(3600):
                await asyncio.sleep(0)
        return len(loop._timers)

    assert loop.run_until_complete(main()) < 1_000


def test_what_a_callback_raises_goes_to_the_handler_of_exceptions(loop: EngineLoop) -> None:
    said: list[str] = []
    loop.set_exception_handler(lambda _loop, context: said.append(str(context["exception"])))

    async def main() -> None:
        loop.call_soon(int, "no number")
        await asyncio.sleep(0)

    loop.run_until_complete(main())
    assert said == ["invalid literal for int() with base 10: 'no number'"]


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


def test_a_run_at_full_speed_opens_no_file(loop: EngineLoop) -> None:
    """No selector, and no socket to be woken by."""
    if not FILES.is_dir():
        pytest.skip("this system does not list the open files of a process")
    before = len(list(FILES.iterdir()))
    another = EngineLoop(Clock(math.inf))
    another.run_until_complete(asyncio.sleep(1))
    assert len(list(FILES.iterdir())) == before
    another.close()


def test_nobody_can_call_a_loop_that_is_closed() -> None:
    loop = EngineLoop(Clock(math.inf))
    loop.close()
    with pytest.raises(RuntimeError):
        loop.call_soon_threadsafe(print)
