"""The engine's clock: what it shows, and who is woken when."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Coroutine
from itertools import chain, repeat
from typing import Any

import pytest

from bus.runtime.clock import NEVER, Clock
from bus.runtime.loop import EngineLoop
from tests.helpers.patience import PATIENCE_S

S = 1_000_000_000


class Calls(list[None]):
    """Calls for a loop, which looks at them before it waits."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._looked_at = threading.Event()

    def __len__(self) -> int:
        self._looked_at.set()
        return super().__len__()

    def await_loop(self) -> None:
        """Until the loop waits for them."""
        assert self._looked_at.wait(PATIENCE_S), "the loop waits"
        with self._clock.held():  # it has the clock to itself until it waits
            pass


def ended(thread: threading.Thread) -> bool:
    thread.join(PATIENCE_S)
    return not thread.is_alive()


def run_on(clock: Clock, main: Coroutine[Any, Any, Any]) -> Any:
    loop = EngineLoop(clock)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


def test_at_full_speed_a_sleep_costs_nothing_and_is_exact() -> None:
    clock = Clock(math.inf)
    assert clock.sleep(3600 * S)
    assert clock.time_ns() == 3600 * S


def test_timers_fire_in_their_nanosecond_and_in_order() -> None:
    clock = Clock(math.inf)

    async def main() -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []

        async def after(name: str, ns: int) -> None:
            await asyncio.sleep(ns / S)
            seen.append((name, clock.time_ns()))

        await asyncio.gather(after("b", 20_000_003), after("a", 7), after("c", 24 * 3600 * S))
        return seen

    assert run_on(clock, main()) == [("a", 7), ("b", 20_000_003), ("c", 24 * 3600 * S)]


def test_a_blocking_sleep_on_the_loop_makes_its_timers_late() -> None:
    clock = Clock(math.inf)

    async def main() -> int:
        timer = asyncio.ensure_future(asyncio.sleep(1))
        await asyncio.sleep(0)
        clock.sleep(5 * S)
        await timer
        return clock.time_ns()

    assert run_on(clock, main()) == 5 * S


@pytest.mark.parametrize("ns", [S, NEVER])
def test_a_stop_wakes_whoever_sleeps(ns: int) -> None:
    clock = Clock(0.001)
    woken: list[bool] = []
    thread = threading.Thread(target=lambda: woken.append(clock.sleep(ns)))
    thread.start()
    clock.stop()
    assert ended(thread)
    assert woken == [False]


def test_frozen_for_two_reasons_it_goes_on_when_both_are_gone() -> None:
    clock = Clock(math.inf)
    clock.freeze("one")
    clock.freeze("two")
    thread = threading.Thread(target=clock.sleep, args=(S,))
    thread.start()
    clock.thaw("one")
    assert clock.time_ns() == 0
    clock.thaw("two")
    assert ended(thread)
    assert clock.time_ns() == S


def test_a_frozen_clock_stands_still() -> None:
    clock = Clock(1000.0)
    clock.freeze("paused")
    shown = clock.time_ns()
    assert clock.time_ns() == shown


def test_a_higher_speed_wakes_a_sleeper_early() -> None:
    clock = Clock(0.001)
    thread = threading.Thread(target=clock.sleep, args=(3600 * S,))
    thread.start()
    clock.set_speed(math.inf)
    assert ended(thread)
    assert clock.time_ns() >= 3600 * S


def test_time_passes_only_when_every_worker_waits() -> None:
    clock = Clock(math.inf)
    clock.work_began()
    clock.work_began()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        first = threading.Thread(target=clock.sleep, args=(5 * S,))
        first.start()
        loop.call_later(1, over.set)

        def compute() -> None:
            shown.append(clock.time_ns())  # the other one sleeps, the loop waits: still no time passes
            clock.work_ended()

        second = threading.Thread(target=compute)
        second.start()
        await over.wait()
        shown.append(clock.time_ns())
        clock.work_ended()
        clock.stop()
        assert ended(first)
        assert ended(second)

    shown: list[int] = []
    run_on(clock, main())
    assert shown == [0, S]


def test_no_time_passes_while_somebody_computes_elsewhere_and_the_loop_only_waits() -> None:
    clock = Clock(math.inf)
    calls = Calls(clock)
    loop = threading.Thread(target=clock.loop_waits, args=(S, calls))
    with clock.held():
        loop.start()
        calls.await_loop()
        assert clock.time_ns() == 0
    assert ended(loop)
    assert clock.time_ns() == S


def test_a_loop_that_is_blocked_is_not_held_up_by_what_it_could_not_take_anyway() -> None:
    clock = Clock(math.inf)
    with clock.held():
        thread = threading.Thread(target=clock.sleep, args=(S,))
        thread.start()
        assert ended(thread)
    assert clock.time_ns() == S


def test_a_machine_that_has_no_time_makes_a_sleep_late() -> None:
    readings = chain([0, 0], repeat(5 * S))
    clock = Clock(1.0, real_ns=lambda: next(readings))
    assert clock.sleep(30_000_000)
    assert clock.late_ns == 5 * S - 30_000_000


@pytest.mark.parametrize("speed", [1.0, 100.0])
def test_and_the_timers_of_the_loop(speed: float) -> None:
    readings = chain([0, 0, 0], repeat(2 * S))
    clock = Clock(speed, real_ns=lambda: next(readings))
    clock.loop_waits(30_000_000, ())
    assert clock.late_ns == 2 * S * speed - 30_000_000, "late is what a person sees in the times of the run"


def test_who_is_called_before_its_time_is_not_late() -> None:
    real = [0]
    clock = Clock(1.0, real_ns=lambda: real[0])
    calls = Calls(clock)
    loop = threading.Thread(target=clock.loop_waits, args=(3 * S, calls))
    loop.start()
    calls.await_loop()
    real[0] = S
    calls.append(None)
    clock.wake_loop()
    assert ended(loop)
    real[0] = 100 * S
    clock.loop_waits(3 * S, calls)
    assert clock.late_ns == 0, "and who has something to do does not wait"


def test_a_pause_makes_nobody_late() -> None:
    real = [0]
    clock = Clock(1.0, real_ns=lambda: real[0])
    calls = Calls(clock)
    loop = threading.Thread(target=clock.loop_waits, args=(S, calls))
    loop.start()
    calls.await_loop()
    clock.freeze("a person looks")
    real[0] = 60 * S
    clock.thaw("a person looks")
    real[0] = 61 * S
    clock.set_speed(1.0)  # wakes it
    assert ended(loop)
    assert clock.late_ns == 0


def test_at_full_speed_nothing_is_late() -> None:
    clock = Clock(math.inf)
    run_on(clock, asyncio.sleep(3600))
    assert clock.sleep(60 * S)
    assert clock.late_ns == 0


def test_who_waits_for_another_process_lets_others_go_on_but_no_time_pass() -> None:
    clock = Clock(math.inf)
    numbers = [clock.work_began() for _ in range(3)]
    both_outside, answered = threading.Barrier(2), threading.Event()
    times: list[tuple[str, int]] = []

    def ask(number: int) -> None:
        clock.take_turn(number)
        with clock.outside():
            both_outside.wait(PATIENCE_S)  # neither gets here alone while the other keeps its turn
            assert answered.wait(PATIENCE_S)
        times.append(("asked", clock.time_ns()))
        clock.work_ended()

    def sleep() -> None:
        clock.take_turn(numbers[2])
        times.append(("begun", clock.time_ns()))
        answered.set()
        assert clock.sleep(S)
        times.append(("slept", clock.time_ns()))
        clock.work_ended()

    def main() -> None:
        clock.loop_waits(2 * S, [])

    threads = [threading.Thread(target=ask, args=(number,)) for number in numbers[:2]]
    threads += [threading.Thread(target=sleep), threading.Thread(target=main)]
    for thread in threads:
        thread.start()
    assert all(ended(thread) for thread in threads)
    assert sorted(times) == [("asked", 0), ("asked", 0), ("begun", 0), ("slept", S)]


def test_who_comes_back_from_another_process_hears_that_the_run_was_stopped() -> None:
    clock, calls = Clock(math.inf), list[None]()
    number, inside, go = clock.work_began(), threading.Event(), threading.Event()

    def ask() -> None:
        clock.take_turn(number)
        with clock.outside():
            inside.set()
            assert go.wait(PATIENCE_S)
        assert not clock.sleep(S)

    thread = threading.Thread(target=ask)
    main = threading.Thread(target=clock.loop_waits, args=(NEVER, calls))
    thread.start()
    main.start()
    assert inside.wait(PATIENCE_S)
    clock.stop()
    go.set()
    assert ended(thread)
    calls.append(None)
    clock.wake_loop()
    assert ended(main)


def test_that_all_wait_for_ever_is_told_and_not_while_somebody_computes_elsewhere() -> None:
    clock = Clock(math.inf)
    loop, told = EngineLoop(clock), list[str]()

    async def live() -> None:
        waiting = loop.create_future()

        def tell() -> None:
            told.append(f"still at {clock.time_ns()}")
            loop.call_soon_threadsafe(waiting.set_result, None)

        clock.when_still = tell
        with clock.held():
            computed = threading.Timer(0.01, loop.call_soon_threadsafe, [told.append, "computed"])
            computed.start()
            while not told:
                await loop.pause(0)
        computed.join()
        await loop.pause(3 * S)
        await waiting

    loop.run_until_complete(live())
    loop.close()
    assert told == ["computed", f"still at {3 * S}"]


@pytest.mark.parametrize("speed", [math.inf, 1e-3])
def test_who_sleeps_is_woken_before_the_time(speed: float) -> None:
    clock, slept, here = Clock(speed), list[bool](), threading.Event()

    def sleep() -> None:
        slept.append(clock.sleep(NEVER, unless=here.is_set))

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    here.set()
    while not ended_soon(sleeper):
        clock.wake(sleeper.ident or 0)  # as often as it takes until it sleeps
    assert slept == [True]


def test_what_is_here_already_is_not_waited_for() -> None:
    assert Clock(1.0).sleep(NEVER, unless=lambda: True)
    Clock(1.0).wake(threading.get_ident())  # nobody sleeps there


def ended_soon(thread: threading.Thread) -> bool:
    thread.join(0.01)
    return not thread.is_alive()
